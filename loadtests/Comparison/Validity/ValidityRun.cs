using System.Globalization;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Validity.Clients;
using HashBalancer.Comparison.Validity.Hosts;
using HashBalancer.Comparison.Validity.Reports;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.Comparison.Validity;

/// <summary>Puts the scenario runner before servers about which the truth is known, and beside other load generators.</summary>
internal sealed class ValidityRun(ValidityPlan plan, DirectoryInfo scratch, TimeProvider time)
{
    private const double LawRate = 1000;

    // The rate at which every millisecond of the pause is a request that shows it.
    private const double PauseRate = 1000;
    private const int PauseUsers = 4;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly ScenarioRunner _runner = new(time);

    /// <summary>Quantiles of the law as the runner reports them.</summary>
    public async Task<(long Requests, IReadOnlyList<LawQuantile> Quantiles)> Law(Uri server, CancellationToken cancellation)
    {
        // As many connections as requests can be on their way: none may wait for one.
        ScenarioResult result = await Run(
            server, "/law", plan.Law, connections: 256, new OpenLoop("constant", LawRate, (r, _) => new ConstantArrivals(r)), cancellation);
        LatencySummary l = result.Iterations.Latency;
        (string Name, double Q, double Ms)[] quantiles = [("p50", 0.5, l.P50Ms), ("p90", 0.9, l.P90Ms), ("p99", 0.99, l.P99Ms), ("p99.9", 0.999, l.P999Ms)];
        return (l.Count, [.. quantiles.Select(q => new LawQuantile(q.Name, ServiceLaw.QuantileMs(q.Q), q.Ms))]);
    }

    /// <summary>What an open and a closed loop see of a pause in the middle.</summary>
    public async Task<IReadOnlyList<PauseView>> Pauses(Uri server, CancellationToken cancellation)
    {
        var open = new OpenLoop("constant", PauseRate, (r, _) => new ConstantArrivals(r));
        var closed = new ClosedLoop(PauseUsers, TimeSpan.Zero);
        ScenarioResult seen = await WithPause(server, () => Run(server, "/fixed", plan.Pause, connections: 256, open, cancellation), cancellation);
        ScenarioResult hidden = await WithPause(server, () => Run(server, "/fixed", plan.Pause, PauseUsers, closed, cancellation), cancellation);

        // Of the requests due in the pause the k-th last waits for k ms; so many are above p99.9 as a thousandth of all.
        double above = seen.Iterations.Requests / 1000.0;
        double truth = ReferenceHost.PauseMs - above * 1000 / PauseRate + ReferenceHost.FixedMs;
        return [View(open.Description, seen, truth), View(closed.Description, hidden, null)];
    }

    /// <summary>How fast load generators are with one core, and how well the runner keeps rates.</summary>
    public async Task<(IReadOnlyList<ClientSpeed> Speeds, IReadOnlyList<OfferedRate> Rates)> Speeds(Uri server, CancellationToken cancellation)
    {
        Workload workload = WorkloadList.All[WorkloadList.Default];
        var own = new OwnClient(time);
        var clients = new List<(string Name, Func<Task<(double Rate, long Failed)>> Saturate)>
        {
            ("this runner", async () => Told(await own.Saturate(server, workload, plan.Round, cancellation))),
        };
        var wrk = new WrkClient(scratch, own);
        if (wrk.Missing() is null)
            clients.Add((WrkClient.ClientName, async () => Told(await wrk.Saturate(server, workload, plan.Round, cancellation))));
        if (H2LoadClient.WhyMissing() is null)
            clients.Add((H2LoadClient.ClientName, () => H2LoadSaturation.Run(server, workload, plan.Round, cancellation)));

        // Code that is not yet compiled for speed is nobody's figure.
        await own.Saturate(server, workload, plan.Round, cancellation);
        var speeds = clients.ToDictionary(c => c.Name, _ => new List<ClientSpeed>(), StringComparer.Ordinal);
        var rates = new List<OfferedRate>();
        for (int round = 0; round < plan.Rounds; round++)
        {
            foreach ((string name, Func<Task<(double Rate, long Failed)>> saturate) in clients)
            {
                TimeSpan before = OwnCpu();
                long start = time.GetTimestamp();
                (double rate, long failed) = await saturate();
                double requests = rate * time.GetElapsedTime(start).TotalSeconds;
                speeds[name].Add(new ClientSpeed(name, rate, (OwnCpu() - before).TotalMicroseconds / requests, failed));
            }

            foreach (double rate in plan.Rates)
            {
                rates.Add(await Offered(server, "constant", rate, (r, _) => new ConstantArrivals(r), cancellation));
                rates.Add(await Offered(server, "Poisson", rate, (r, random) => new PoissonArrivals(r, random), cancellation));
            }
        }

        return ([.. speeds.Select(s => Median(s.Value))], [.. rates.GroupBy(r => (r.Simulation, r.Wanted)).Select(g => Median([.. g]))]);
    }

    /// <summary>What is not installed.</summary>
    public IReadOnlyList<string> Missing() => [.. new[] { new WrkClient(scratch, new OwnClient(time)).Missing(), H2LoadClient.WhyMissing() }.OfType<string>()];

    private async Task<OfferedRate> Offered(Uri server, string name, double rate, Func<double, Random, IArrivals> arrivals, CancellationToken cancellation)
    {
        Workload workload = WorkloadList.All[WorkloadList.Default];
        Scenario scenario = workload.AtRate(rate, plan.Round) with { Load = new OpenLoop(name, rate, arrivals), WarmUp = WarmUp };
        ScenarioResult result = await _runner.Run(scenario, server, server.ToString(), cancellation);
        double sent = result.Rate.SentInTime / plan.Round.TotalSeconds;
        return new OfferedRate(name, rate, sent, Math.Abs(1 - sent / rate), result.StartDelay.P99Ms, result.Iterations.Latency.P99Ms, result.Iterations.Failed);
    }

    private Task<ScenarioResult> Run(Uri server, string path, TimeSpan duration, int connections, ILoadSimulation load, CancellationToken cancellation)
    {
        var scenario = new Scenario
        {
            Name = path,
            Description = "",
            WarmUp = WarmUp,
            Duration = duration,
            Connections = connections,
            Load = load,
            Keys = () => new SequenceKeys(1),
            Steps = [new HttpStepDefinition("get", "GET", path, [], Body: null)],
        };
        return _runner.Run(scenario, server, server.ToString(), cancellation);
    }

    private async Task<ScenarioResult> WithPause(Uri server, Func<Task<ScenarioResult>> run, CancellationToken cancellation)
    {
        Task<ScenarioResult> running = run();
        await Task.Delay(WarmUp + plan.Pause / 2, time, cancellation);
        using var client = new HttpClient();
        await client.GetAsync(new Uri(server, "/pause"), cancellation);
        return await running;
    }

    private static PauseView View(string load, ScenarioResult result, double? truth)
    {
        LatencySummary l = result.Iterations.Latency;
        return new PauseView(load, result.Iterations.Requests, l.P50Ms, l.P999Ms, l.MaxMs, truth);
    }

    private static (double Rate, long Failed) Told(Saturation s) => (s.Rate, s.Failed);

    // This process and the children it has waited for: what the load generator of the moment took.
    private static TimeSpan OwnCpu()
    {
        string[] fields = ProcessUsage.FieldsOf(File.ReadAllText("/proc/self/stat"));
        const int UserTicks = 11;
        const double TicksPerSecond = 100;
        return TimeSpan.FromSeconds(fields.Skip(UserTicks).Take(4).Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    private static ClientSpeed Median(IReadOnlyList<ClientSpeed> rounds) => new(
        rounds[0].Client, Trend.Median(rounds.Select(r => r.PerSecond)), Trend.Median(rounds.Select(r => r.CpuMicroseconds)), rounds.Sum(r => r.Failed));

    private static OfferedRate Median(IReadOnlyList<OfferedRate> rounds) => new(
        rounds[0].Simulation, rounds[0].Wanted, Trend.Median(rounds.Select(r => r.Sent)), Trend.Median(rounds.Select(r => r.Error)),
        Trend.Median(rounds.Select(r => r.StartDelayP99Ms)), Trend.Median(rounds.Select(r => r.P99Ms)), rounds.Sum(r => r.Failed));
}
