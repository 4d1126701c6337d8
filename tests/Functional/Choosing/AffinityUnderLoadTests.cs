using System.Globalization;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Choosing;

/// <summary>How many requests stay with their keys' nodes at 80 % load, over real sockets.</summary>
public sealed class AffinityUnderLoadTests(ITestOutputHelper output)
{
    private const int Keys = 1500;
    private const double Load = 0.8;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Measuring = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Requests_AtFourFifthsOfWhatNodesCanDo_StayAtHome()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        WorkingNode[] nodes = await WorkingNode.StartFor(gateway, 5, new WorkingNode.Plan(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(60), Keys / 10));
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
        try
        {
            // What a request takes on this machine, now and with warm caches, tells what 80 % are.
            double rate = await RateFor(gateway, client, nodes, 200);
            rate = await RateFor(gateway, client, nodes, rate);
            await using SteadyLoad load = KeyedLoad.StartZipf(gateway, client, rate, Keys);
            await Task.Delay(Settling, TimeProvider.System);
            Dictionary<string, double> before = await Counts(gateway);
            WorkingNode.Work done = Done(nodes);
            await Task.Delay(Measuring, TimeProvider.System);
            Dictionary<string, double> counts = await Counts(gateway);
            done = Done(nodes) - done;
            foreach ((string name, double value) in before)
                counts[name] -= value;

            double all = counts["selections "];
            double home = Part("selections owner", "selections waited", "selections hot-key");
            double wentOn = Part("waits timed-out", "waits skipped", "waits refused");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {all} requests at {rate:0} /s, utilisation {done.Busy / (Measuring * nodes.Length * WorkingNode.Slots):0.000}, hits {(double)done.Hits / done.Requests:0.000}
                at home {home:0.0000}: owner {Part("selections owner"):0.0000}, after a wait {Part("selections waited"):0.0000}, shared as hot {Part("selections hot-key"):0.0000}
                spilled {Part("selections spill"):0.0000}, saturated {Part("selections saturated"):0.0000}
                waited {Part("waits "):0.0000}, of which in vain {wentOn:0.0000}; longer than 1 to 6 ms: {string.Join(' ', Enumerable.Range(1, 6).Select(ms => LongerThan(ms).ToString("0.0000", CultureInfo.InvariantCulture)))}
                """));

            Assert.InRange(home, 0.95, 1);
            Assert.InRange(wentOn, 0, 0.05);
            Assert.Empty(load.Faults);

            double Part(params string[] names) => names.Sum(name => counts[name]) / all;
            double LongerThan(int milliseconds) => (counts["waited"] - counts[$"waited {milliseconds}"]) / all;
        }
        finally
        {
            foreach (WorkingNode node in nodes)
                await node.DisposeAsync();
        }
    }

    /// <summary>The rate at which the nodes are as busy as they are to be, found out by another one.</summary>
    private static async Task<double> RateFor(RunningGateway gateway, HttpClient client, WorkingNode[] nodes, double tried)
    {
        await using SteadyLoad load = KeyedLoad.StartZipf(gateway, client, tried, Keys);
        await Task.Delay(Settling, TimeProvider.System);
        WorkingNode.Work work = Done(nodes);
        await Task.Delay(Settling / 2, TimeProvider.System);
        work = Done(nodes) - work;
        return Load * nodes.Length * WorkingNode.Slots / (work.Busy.TotalSeconds / work.Requests);
    }

    private static WorkingNode.Work Done(WorkingNode[] nodes) => nodes.Aggregate(new WorkingNode.Work(0, 0, TimeSpan.Zero), (sum, node) => sum + node.Done);

    private static async Task<Dictionary<string, double>> Counts(RunningGateway gateway)
    {
        // At one time, so that the parts add up.
        string[] lines = (await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"))).Split('\n');
        Dictionary<string, double> counts = [];
        foreach (string reason in (string[])["", "owner", "waited", "hot-key", "spill", "saturated"])
            counts.Add($"selections {reason}", Sum("hashbalancer_selections_total{", $"reason=\"{reason}"));
        foreach (string outcome in (string[])["", "timed-out", "skipped", "refused"])
            counts.Add($"waits {outcome}", Sum("hashbalancer_affinity_waits_total{", $"outcome=\"{outcome}"));
        counts.Add("waited", Sum("hashbalancer_affinity_wait_duration_seconds_count{", ""));
        for (int milliseconds = 1; milliseconds <= 6; milliseconds++)
            counts.Add($"waited {milliseconds}", Sum("hashbalancer_affinity_wait_duration_seconds_bucket{", $"le=\"0.00{milliseconds}\""));
        return counts;

        double Sum(string metric, string label) => lines
            .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
