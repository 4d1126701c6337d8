using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Events;

/// <summary>An event that happened.</summary>
/// <param name="Event">As the scenario gives it.</param>
/// <param name="Node">The node that it concerned; null for none or several.</param>
/// <param name="From">When it began, in nanoseconds since the measured time did.</param>
/// <param name="Until">When it was done.</param>
/// <param name="Phase">The phase that it ended; the next one began with the end of its settling. Null for repeated events.</param>
internal sealed record HappenedEvent(ScenarioEvent Event, string? Node, long From, long Until, int? Phase);

/// <summary>Lets events happen while a scenario runs: those that happen once one after another, each repeated one beside them.</summary>
internal sealed class EventTimeline(IReadOnlyList<ScenarioEvent> events, EventContext context, RunClock clock, long from, KeyPhases? phases)
{
    private readonly List<HappenedEvent> _happened = [];

    /// <summary>In the order of their beginnings.</summary>
    public IReadOnlyList<HappenedEvent> Happened
    {
        get
        {
            lock (_happened)
                return [.. _happened.OrderBy(e => e.From)];
        }
    }

    /// <summary>Returns when all events have happened or the run is over.</summary>
    /// <exception cref="Targets.TargetException">One could not be done.</exception>
    public Task Run(CancellationToken over) =>
        Task.WhenAll([Once(over), .. events.Where(e => e.Every is not null).Select(e => Repeatedly(e, over))]);

    private async Task Once(CancellationToken over)
    {
        int phase = 0;
        foreach (ScenarioEvent next in events.Where(e => e.Every is null).OrderBy(e => e.At))
        {
            if (!await Until(next.At, over))
                return;
            if (phases is not null)
                phases.Current = KeyPhases.Between;
            if (!await Happen(next, phase++, over) || !await After(next.Settle, over))
                return;
            if (phases is not null)
                phases.Current = phase;
        }
    }

    private async Task Repeatedly(ScenarioEvent repeated, CancellationToken over)
    {
        for (TimeSpan at = repeated.At; await Until(at, over); at += repeated.Every!.Value)
        {
            if (!await Happen(repeated, phase: null, over))
                return;
        }
    }

    private async Task<bool> Happen(ScenarioEvent next, int? phase, CancellationToken over)
    {
        long begin = clock.Now - from;
        try
        {
            string? node = await next.Action.Apply(context, over);
            lock (_happened)
                _happened.Add(new HappenedEvent(next, node, begin, clock.Now - from, phase));
            return true;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return false;
        }
    }

    private Task<bool> Until(TimeSpan at, CancellationToken over) => After(at - TimeSpan.FromMicroseconds((clock.Now - from) / 1000), over);

    private async Task<bool> After(TimeSpan wait, CancellationToken over)
    {
        try
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, clock.Time, over);
            return !over.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
