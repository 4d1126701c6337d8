using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Running;

/// <summary>Runs a scenario against a target and judges it by its thresholds.</summary>
/// <param name="time">The clock of everything.</param>
/// <param name="started">Told of each run when its load begins, for those who show its progress.</param>
internal sealed class ScenarioRunner(TimeProvider time, Action<ScenarioRun>? started = null)
{
    // A thousand handshakes with a server that shares its core with others take longer than any one request may.
    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(30);

    /// <summary>Against one address, for those who have no target of their own.</summary>
    public Task<ScenarioResult> Run(Scenario scenario, Uri url, string description, CancellationToken cancellation) =>
        Run(scenario, new AddressTarget([url]), description, cancellation);

    public Task<ScenarioResult> Run(Scenario scenario, ITarget target, CancellationToken cancellation) =>
        Run(scenario, target, target.Description, cancellation);

    private async Task<ScenarioResult> Run(Scenario scenario, ITarget target, string description, CancellationToken cancellation)
    {
        var clock = new RunClock(time);
        var nodes = new NodeTable();
        IReadOnlyList<Entrance> entrances = target.Entrances;
        using var context = new StepContext(
            entrances, clock, nodes, new KeyFormat(scenario.KeyPrefix), scenario.Answer, scenario.Timeout, scenario.Connections);
        IStep[] steps = [.. scenario.Steps.Select(s => s.Create(context))];
        try
        {
            TimeSpan limit = scenario.Timeout > OpeningLimit ? scenario.Timeout : OpeningLimit;
            if (scenario.Steps.Any(s => s is HttpStepDefinition))
                await Task.WhenAll(context.Doors.Select(d => d.Connections.OpenAll(limit, cancellation)));

            DateTimeOffset startedAt = time.GetUtcNow();
            var run = new ScenarioRun(scenario, clock, PacerFor(clock), steps, entrances.Count);
            context.CountsFrom = run.Recorder.From;
            started?.Invoke(run);
            var timeline = target.Fleet is { } fleet
                ? new EventTimeline(scenario.Events, new EventContext(fleet, run.Picker, time), clock, run.Recorder.From, run.Recorder.Phases) : null;
            var watch = new FleetWatch(target.Fleet, clock, run.Recorder);
            await WithEvents(run, timeline, watch, cancellation);

            ScenarioResult result = ResultBuilder.Result(scenario, run, steps, nodes, context, timeline?.Happened ?? [], watch.Samples) with
            {
                Target = description,
                StartedAt = startedAt,
            };
            return result with { Thresholds = [.. scenario.Thresholds.Where(t => t.Event is null || timeline is not null).Select(t => t.Judge(result))] };
        }
        finally
        {
            foreach (IDisposable step in steps.OfType<IDisposable>())
                step.Dispose();
        }
    }

    private static async Task WithEvents(ScenarioRun run, EventTimeline? timeline, FleetWatch watch, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task events = timeline is null ? Task.CompletedTask : Failing(timeline.Run(over.Token), given);
        Task watching = watch.Run(over.Token);
        try
        {
            await OnOwnThread(() => run.Run(given.Token));
        }
        catch (OperationCanceledException) when (events.IsFaulted)
        {
            // The event that failed is the reason, and is thrown below.
        }
        finally
        {
            await over.CancelAsync();
            await events;
            await watching;
        }
    }

    // What breaks an event ends the load: its figures would be of another scenario.
    private static async Task Failing(Task events, CancellationTokenSource load)
    {
        try
        {
            await events;
        }
        catch
        {
            await load.CancelAsync();
            throw;
        }
    }

    private static IPacer PacerFor(RunClock clock) => OperatingSystem.IsLinux() ? new NanosleepPacer(clock) : new TimerPacer(clock);

    // The pacer blocks: it must not hold a thread of the pool that answers need.
    private static Task OnOwnThread(Func<Task> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}
