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
    private readonly RunClock _clock;
    private readonly IPacer _pacer;
    private readonly IReadOnlyList<IStep> _steps;
    private readonly IKeyGenerator _keys;
    private readonly long _start;
    private readonly long _length;

    /// <param name="scenario">What to run.</param>
    /// <param name="clock">The run's time.</param>
    /// <param name="pacer">Waits for planned starts.</param>
    /// <param name="steps">The scenario's steps, ready to run.</param>
    /// <param name="gateways">How many addresses they go to.</param>
    public ScenarioRun(Scenario scenario, RunClock clock, IPacer pacer, IReadOnlyList<IStep> steps, int gateways = 1)
    {
        Scenario = scenario;
        _clock = clock;
        _pacer = pacer;
        _steps = steps;
        Picker = scenario.PicksOneStep ? new StepPicker(scenario.Steps.Select(s => s.Weight), scenario.Seed) : null;
        _keys = scenario.Keys();
        _length = (long)(scenario.WarmUp + scenario.Duration).TotalNanoseconds;
        _start = clock.Now;
        Recorder = new Recorder(
            steps.Count, _keys.Count, _start + (long)scenario.WarmUp.TotalNanoseconds, _start + _length, gateways, 1 + scenario.Events.Count(e => e.Every is null));
    }

    public Scenario Scenario { get; }

    public Recorder Recorder { get; }

    /// <summary>Draws the step of each iteration; null where iterations do all of them.</summary>
    public StepPicker? Picker { get; }

    public string KeysDescription => _keys.Description;

    /// <summary>The part of its time, warm-up included, that is over, 0 to 1.</summary>
    public double Progress => Math.Clamp((double)(_clock.Now - _start) / _length, 0, 1);

    /// <summary>Nanoseconds since the measured time began; negative in the warm-up.</summary>
    public long Measured => _clock.Now - Recorder.From;

    /// <summary>Runs once, from the moment the run was made.</summary>
    public Task Run(CancellationToken cancellation) =>
        Scenario.Load.Run(new LoadRun(_clock, _pacer, _keys, Scenario.Seed, _start, _length, Iterate), cancellation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> Iterate(long due, long key)
    {
        bool counts = Recorder.Counts(due);
        if (counts)
            Recorder.Begun(due, _clock.Now);

        StepOutcome outcome = default;
        long begin = due;
        long firstSent = StepOutcome.NeverSent;
        int first = Picker?.Next() ?? 0;
        int last = Picker is null ? _steps.Count - 1 : first;
        for (int i = first; i <= last; i++)
        {
            outcome = await _steps[i].Execute(key, begin);
            long end = _clock.Now;
            if (i == first)
                firstSent = outcome.Sent;
            if (counts)
                Recorder.StepEnded(i, i == first, key, outcome, begin, end);
            begin = end;
            if (outcome.Failure != FailureKind.None)
                break;
        }

        if (counts)
            Recorder.IterationEnded(outcome with { Sent = firstSent, Bytes = 0 }, due, begin);
        return outcome.Failure == FailureKind.None;
    }
}
