using System.Runtime.CompilerServices;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Running;

/// <summary>One run of a scenario over given steps: load simulation, iterations, recording. It knows no network.</summary>
internal sealed class ScenarioRun
{
    private readonly Scenario _scenario;
    private readonly RunClock _clock;
    private readonly IPacer _pacer;
    private readonly IReadOnlyList<IStep> _steps;
    private readonly IKeyGenerator _keys;
    private readonly long _start;
    private readonly long _length;

    public ScenarioRun(Scenario scenario, RunClock clock, IPacer pacer, IReadOnlyList<IStep> steps)
    {
        _scenario = scenario;
        _clock = clock;
        _pacer = pacer;
        _steps = steps;
        _keys = scenario.Keys();
        _length = (long)(scenario.WarmUp + scenario.Duration).TotalNanoseconds;
        _start = clock.Now;
        Recorder = new Recorder(steps.Count, _keys.Count, _start + (long)scenario.WarmUp.TotalNanoseconds, _start + _length);
    }

    public Recorder Recorder { get; }

    public string KeysDescription => _keys.Description;

    /// <summary>Runs once, from the moment the run was made.</summary>
    public Task Run(CancellationToken cancellation) =>
        _scenario.Load.Run(new LoadRun(_clock, _pacer, _keys, _scenario.Seed, _start, _length, Iterate), cancellation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask Iterate(long due, long key)
    {
        bool counts = Recorder.Counts(due);
        if (counts)
            Recorder.Begun(due, _clock.Now);

        StepOutcome outcome = default;
        long begin = due;
        long firstSent = StepOutcome.NeverSent;
        for (int i = 0; i < _steps.Count; i++)
        {
            outcome = await _steps[i].Execute(key, begin);
            long end = _clock.Now;
            if (i == 0)
                firstSent = outcome.Sent;
            if (counts)
                Recorder.StepEnded(i, key, outcome, begin, end);
            begin = end;
            if (outcome.Failure != FailureKind.None)
                break;
        }

        if (counts)
            Recorder.IterationEnded(outcome with { Sent = firstSent, Bytes = 0 }, due, begin);
    }
}
