using System.Diagnostics;
using System.Globalization;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Choosing;

/// <summary>A key that from one second to the next is a fifth of all requests, over real sockets.</summary>
public sealed class FlashKeyTests(ITestOutputHelper output)
{
    private const double PerSecond = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task FlashKey_ComesAndGoes_IsSharedOnceAndGoesHomeOnce()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        WorkingNode[] nodes = await WorkingNode.StartFor(gateway, 5, new WorkingNode.Plan(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), Keys: 1));
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
        // The others come in turn, so that none of them is hot.
        long turn = 0;
        double flash = 0;
        var random = new Random(1);
        try
        {
            await using SteadyLoad load = KeyedLoad.Start(gateway, client, PerSecond, () => random.NextDouble() < Volatile.Read(ref flash) ? "flash" : $"user-{turn++ % 5000}");
            await Eventually.IsTrue(() => load.Answered > 3 * PerSecond, "the load is there");
            Assert.Equal((0, 0), (await Changes(gateway, "promoted"), await Changes(gateway, "demoted")));

            long begun = Stopwatch.GetTimestamp();
            for (int tenth = 1; tenth <= 10; tenth++)
            {
                Volatile.Write(ref flash, 0.02 * tenth);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }

            await Eventually.IsTrue(async () => await Changes(gateway, "promoted") == 1, "the key is shared", Limit);
            TimeSpan shared = Stopwatch.GetElapsedTime(begun);
            // From five seconds after its first request, for ten.
            TimeSpan rest = TimeSpan.FromSeconds(5) - shared;
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TimeProvider.System);
            // Every request is the same work; workers' time would also hold what the machine makes them wait.
            long[] done = [.. nodes.Select(node => node.Done.Requests)];
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
            double[] work = [.. nodes.Select((node, i) => (double)(node.Done.Requests - done[i]))];

            Volatile.Write(ref flash, 0);
            long ended = Stopwatch.GetTimestamp();
            await Eventually.IsTrue(async () => await Changes(gateway, "demoted") == 1, "the key is at home", Limit);
            TimeSpan home = Stopwatch.GetElapsedTime(ended);

            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"shared {shared.TotalSeconds:0.00} s after its first request, busiest node {work.Max() / work.Average():0.000} of the mean, home {home.TotalSeconds:0.0} s after its end"));
            Assert.Equal((1, 1), (await Changes(gateway, "promoted"), await Changes(gateway, "demoted")));
            // 1.25 on a machine that does nothing else.
            Assert.InRange(work.Max() / work.Average(), 1, 1.5);
            Assert.Empty(load.Faults);
        }
        finally
        {
            foreach (WorkingNode node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<int> Changes(RunningGateway gateway, string change) => (int)await gateway.Metric("hashbalancer_hot_keys_changes_total", $"change=\"{change}\"");
}
