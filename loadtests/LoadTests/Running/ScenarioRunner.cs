using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Running;

/// <summary>Runs a scenario against an address and judges it by its thresholds.</summary>
internal sealed class ScenarioRunner(TimeProvider time)
{
    // A thousand handshakes with a server that shares its core with others take longer than any one request may.
    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(30);

    public async Task<ScenarioResult> Run(Scenario scenario, Uri url, string target, CancellationToken cancellation)
    {
        var clock = new RunClock(time);
        var nodes = new NodeTable();
        using var context = new StepContext(
            url, clock, nodes, new KeyFormat(scenario.KeyPrefix), scenario.Answer, scenario.Timeout, scenario.Connections);
        IStep[] steps = [.. scenario.Steps.Select(s => s.Create(context))];
        await context.Connections.OpenAll(scenario.Timeout > OpeningLimit ? scenario.Timeout : OpeningLimit, cancellation);

        DateTimeOffset startedAt = time.GetUtcNow();
        var run = new ScenarioRun(scenario, clock, PacerFor(clock), steps);
        await OnOwnThread(() => run.Run(cancellation));

        IReadOnlyList<NodeResult> nodeResults = ResultBuilder.Nodes(run.Recorder, nodes);
        var result = new ScenarioResult
        {
            Name = scenario.Name,
            Description = scenario.Description,
            Target = target,
            Url = url,
            StartedAt = startedAt,
            WarmUpSeconds = scenario.WarmUp.TotalSeconds,
            MeasuredSeconds = run.Recorder.Elapsed / 1e9,
            Seed = scenario.Seed,
            Load = scenario.Load.Description,
            Keys = run.KeysDescription,
            Connections = scenario.Connections,
            ConnectionsOpened = context.Connections.Opened,
            Rate = ResultBuilder.Rate(run.Recorder, scenario.Load.Rate),
            Iterations = ResultBuilder.Measured(run.Recorder.Iterations),
            Steps = [.. scenario.Steps.Zip(run.Recorder.Steps, (s, t) => new StepResult(s.Name, ResultBuilder.Measured(t)))],
            StartDelay = ResultBuilder.Summary(run.Recorder.StartDelay),
            Nodes = nodeResults,
            Affinity = ResultBuilder.Affinity(run.Recorder.Affinity),
            Balance = ResultBuilder.Balance(nodeResults),
            CacheHitRatio = run.Recorder.CacheAnswers == 0 ? null : (double)run.Recorder.CacheHits / run.Recorder.CacheAnswers,
        };
        return result with { Thresholds = [.. scenario.Thresholds.Select(t => t.Judge(result))] };
    }

    private static IPacer PacerFor(RunClock clock) => OperatingSystem.IsLinux() ? new NanosleepPacer(clock) : new TimerPacer(clock);

    // The pacer blocks: it must not hold a thread of the pool that answers need.
    private static Task OnOwnThread(Func<Task> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}
