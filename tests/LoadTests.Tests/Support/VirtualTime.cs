using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;
using HashBalancer.Testing;

namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>Runs scenarios over made-up steps in a time that only the test moves, on the test's own thread: every figure is exact.</summary>
internal sealed class VirtualTime
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Ends a run that would wait forever.
    private const int MostTicks = 100_000;

    public VirtualTime() => Clock = new RunClock(Time);

    public ManualTimeProvider Time { get; } = new();

    public RunClock Clock { get; }

    /// <summary>A wait to the tick; Task.Delay cuts to milliseconds.</summary>
    public async Task After(TimeSpan delay)
    {
        var elapsed = new TaskCompletionSource();
        await using ITimer timer = Time.CreateTimer(_ => elapsed.SetResult(), null, delay, Timeout.InfiniteTimeSpan);
        await elapsed.Task;
    }

    public static Scenario Scenario(ILoadSimulation load, TimeSpan duration, TimeSpan warmUp = default) => new()
    {
        Name = "virtual",
        Description = "",
        WarmUp = warmUp,
        Duration = duration,
        Connections = 1,
        Load = load,
        Keys = () => new SequenceKeys(1000),
        Steps = [],
    };

    public async Task<Recorder> Run(Scenario scenario, IReadOnlyList<IStep> steps, IPacer? pacer = null)
    {
        var run = new ScenarioRun(scenario, Clock, pacer ?? new TimerPacer(Clock), steps);
        SynchronizationContext? context = SynchronizationContext.Current;
        try
        {
            // Without a context, continuations run inside Advance.
            SynchronizationContext.SetSynchronizationContext(null);
            Task task = run.Run(CancellationToken.None);
            for (int tick = 0; tick < MostTicks && !task.IsCompleted; tick++)
            {
                // Between two of its parts a run may go on in another thread.
                if (!SpinWait.SpinUntil(() => Time.PendingTimers > 0 || task.IsCompleted, Patience))
                    break;
                Time.Advance(Tick);
            }

            await task;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return run.Recorder;
    }
}

/// <summary>A server with one worker that takes as long as it is told for each request, in order, and rests during a pause.</summary>
internal sealed class OneWorkerServer(VirtualTime virtualTime, TimeSpan service, TimeSpan pauseFrom, TimeSpan pauseUntil) : IStep
{
    private long _freeAt;

    public async ValueTask<StepOutcome> Execute(long key, long begin)
    {
        long now = virtualTime.Clock.Now;
        long start = Math.Max(now, _freeAt);
        if (start >= Nanoseconds(pauseFrom) && start < Nanoseconds(pauseUntil))
            start = Nanoseconds(pauseUntil);
        _freeAt = start + Nanoseconds(service);
        await virtualTime.After(TimeSpan.FromTicks((_freeAt - now) / 100));
        return new StepOutcome(FailureKind.None, now, 200, Node: -1);
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;
}

/// <summary>A step that answers at once, with what a function makes of the iteration's key.</summary>
internal sealed class InstantStep(RunClock clock, Func<long, StepOutcome> answer) : IStep
{
    public ValueTask<StepOutcome> Execute(long key, long begin) => ValueTask.FromResult(answer(key) with { Sent = clock.Now });
}

/// <summary>A step that takes a fixed time.</summary>
internal sealed class TimedStep(VirtualTime virtualTime, TimeSpan time, FailureKind failure = FailureKind.None) : IStep
{
    public async ValueTask<StepOutcome> Execute(long key, long begin)
    {
        long sent = virtualTime.Clock.Now;
        await virtualTime.After(time);
        return new StepOutcome(failure, sent, failure == FailureKind.None ? 200 : 0);
    }
}
