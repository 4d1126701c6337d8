using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.Testing;

namespace HashBalancer.LoadTests.Tests.Events;

public sealed class EventTimelineTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly KeyPhases _phases = new(phases: 3, keyCount: 1);
    private readonly CancellationTokenSource _over = new();

    [Fact]
    public async Task Run_EventsOnce_FollowOneAnotherAndDivideTheRunIntoPhases()
    {
        Task run = Start(Event("second", at: 4, takes: 1), Event("first", at: 1, takes: 2));
        Assert.Equal(0, _phases.Current);

        await Advance(1);
        await Eventually.IsTrue(() => _phases.Current == KeyPhases.Between, "the first has begun");
        await Advance(2);
        await Eventually.IsTrue(() => Happened.Count == 1, "the first event is done");
        Assert.Equal(KeyPhases.Between, _phases.Current);
        await Advance(1);
        await Advance(1);
        await Eventually.IsTrue(() => Happened.Count == 2, "the second event is done");
        await Advance(1);
        await run;

        Assert.Equal([("first", "node-1", 0), ("second", "node-1", 1)], Happened.Select(e => (e.Event.Name, e.Node, e.Phase)));
        Assert.Equal([1_000_000_000L, 4_000_000_000L], Happened.Select(e => e.From));
        Assert.Equal(2, _phases.Current);
    }

    [Fact]
    public async Task Run_OverInTheMiddle_LeavesTheRestOut()
    {
        Task run = Start(Event("first", at: 1, takes: 5));
        await Advance(2);
        await Eventually.IsTrue(() => _phases.Current == KeyPhases.Between, "it has begun");
        await _over.CancelAsync();
        await run;

        Assert.Empty(Happened);
        Assert.Equal(KeyPhases.Between, _phases.Current);
    }

    private EventTimeline Timeline { get; set; } = null!;

    private IReadOnlyList<HappenedEvent> Happened => Timeline.Happened;

    private Task Start(params ScenarioEvent[] events)
    {
        Timeline = new EventTimeline(events, new EventContext(null!, Picker: null, _time), new RunClock(_time), from: 0, _phases);
        return Timeline.Run(_over.Token);
    }

    // Each wait of the timeline is a timer: time moves when it waits.
    private async Task Advance(int seconds)
    {
        await Eventually.IsTrue(() => _time.PendingTimers > 0, "the timeline waits");
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    private static ScenarioEvent Event(string name, int at, int takes) =>
        new(name, TimeSpan.FromSeconds(at), Every: null, Settle: TimeSpan.FromSeconds(1), new Waiting(TimeSpan.FromSeconds(takes)));

    private sealed class Waiting(TimeSpan length) : IEventAction
    {
        public string Description => "";

        public bool NeedsFaults => false;

        public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
        {
            await Task.Delay(length, on.Time, cancellation);
            return "node-1";
        }
    }
}
