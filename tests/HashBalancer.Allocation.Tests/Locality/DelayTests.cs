using HashBalancer.Allocation.Locality;

namespace HashBalancer.Allocation.Tests.Locality;

public sealed class DelayTests
{
    private static readonly Func<string, string?> Racks = node => node[..1];

    [Fact]
    public void Offer_AwayFromTheData_IsPassedOverUntilRackAndThenAnywhere()
    {
        var scheduler = new DelayScheduler(rackAfter: 2, anyAfter: 1, Racks);
        scheduler.AddJob("job", [["a1"], ["a1"], ["a1"]]);

        Assert.Null(scheduler.Offer("b1"));
        Assert.Null(scheduler.Offer("a2"));
        Assert.Equal(new DelayedLaunch("job", 0, Allocation.Locality.Locality.Rack), scheduler.Offer("a2"));
        Assert.Null(scheduler.Offer("b1"));
        Assert.Equal(new DelayedLaunch("job", 1, Allocation.Locality.Locality.Any), scheduler.Offer("b1"));
        Assert.Equal(new DelayedLaunch("job", 2, Allocation.Locality.Locality.Node), scheduler.Offer("a1"));
        Assert.Null(scheduler.Offer("a1"));
    }

    [Fact]
    public void Offer_ALocalLaunch_StartsTheCountAnew()
    {
        var scheduler = new DelayScheduler(rackAfter: 1);
        scheduler.AddJob("job", [["a1"], ["a1"]]);
        Assert.Null(scheduler.Offer("b1"));
        Assert.Equal(Allocation.Locality.Locality.Node, scheduler.Offer("a1")?.Locality);

        Assert.Null(scheduler.Offer("b1"));
        Assert.Equal(Allocation.Locality.Locality.Any, scheduler.Offer("b1")?.Locality);
    }

    [Fact]
    public void Offer_TheJobWithFewestRunning_IsAskedFirst()
    {
        var scheduler = new DelayScheduler(rackAfter: 0);
        scheduler.AddJob("first", [["x"], ["x"], ["x"]]);
        scheduler.AddJob("second", [["x"]]);

        Assert.Equal(["first", "second", "first"], new[] { "x", "x", "x" }.Select(n => scheduler.Offer(n)?.Job));
        scheduler.Finish("first");
        Assert.Equal("first", scheduler.Offer("x")?.Job);
        Assert.Throws<ArgumentException>(() => scheduler.Finish("nobody"));
        Assert.Throws<ArgumentException>(() => scheduler.AddJob("first", []));
    }

    [Fact]
    public void TryDispatch_OwnerBusy_WaitsForTimeOrSkipsThenSpills()
    {
        var queue = new AffinityQueue(new AffinityWait { Wait = TimeSpan.FromMilliseconds(10), Skips = 2 }, new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1, ["b"] = 3 });
        queue.Enqueue("1", ["a", "b"], TimeSpan.Zero);
        queue.Enqueue("2", ["a", "b"], TimeSpan.Zero);
        queue.Enqueue("3", ["b", "a"], TimeSpan.Zero);
        queue.Enqueue("4", ["b", "a"], TimeSpan.Zero);

        Assert.Equal(new AffinityDispatch("1", "a", true), queue.TryDispatch(TimeSpan.Zero));
        Assert.Equal(new AffinityDispatch("3", "b", true), queue.TryDispatch(TimeSpan.Zero));
        Assert.Equal(new AffinityDispatch("4", "b", true), queue.TryDispatch(TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMilliseconds(10), queue.NextDeadline);
        Assert.Equal(new AffinityDispatch("2", "b", false), queue.TryDispatch(TimeSpan.Zero));
        Assert.Null(queue.NextDeadline);

        queue.Enqueue("5", ["a", "b"], TimeSpan.FromMilliseconds(5));
        queue.Complete("b");
        Assert.Null(queue.TryDispatch(TimeSpan.FromMilliseconds(14)));
        Assert.Equal(new AffinityDispatch("5", "b", false), queue.TryDispatch(TimeSpan.FromMilliseconds(15)));
        Assert.Throws<ArgumentException>(() => queue.Enqueue("6", [], TimeSpan.Zero));
    }
}
