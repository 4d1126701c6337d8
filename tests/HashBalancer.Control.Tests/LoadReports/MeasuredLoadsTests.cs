using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.LoadReports;

public sealed class MeasuredLoadsTests
{
    [Fact]
    public void On_AnotherRing_DealsOutTheMeasuredLoad()
    {
        var ring = HashRing.Build([new("a"), new("b"), new("c", 2)]);
        var loads = new MeasuredLoads();
        Assert.Null(loads.On("demo", ring));

        // 100 requests/s in one slice, 60 all over the circle, 20 that no arc brings.
        uint slice = 1 << 10;
        loads.Put(new Dictionary<string, PoolSummary>
        {
            ["demo"] = new([ReadingOf("a", shared: 15), ReadingOf("b", shared: 5)], new SliceRates(SliceCounts.Bits, [(slice, 100)], 60), TimeSpan.FromMinutes(1)),
        });

        IReadOnlyDictionary<string, double> on = loads.On("DEMO", ring)!;
        Assert.Equal(180, on.Values.Sum(), 6);
        double[] shares = ring.Shares();
        Assert.True(ring.TryGetSlot("c", out int slot));
        uint first = slice << 16, last = ((slice + 1) << 16) - 1;
        double heavy = 100 * ring.Arcs().Where(arc => arc.Slot == slot).Sum(arc => Math.Max(0, Math.Min(arc.Last, last) - (double)Math.Max(arc.First, first) + 1)) / (1 << 16);
        Assert.Equal(heavy + (60 * shares[slot]) + (20 * 2 / 4.0), on["c"], 1);
        Assert.Equal(180, loads.On("demo", ring.WithMembers([new("b")]))!["b"], 6);
    }

    [Fact]
    public void On_APoolThatIsMeasuredNoMore_IsNull()
    {
        var loads = new MeasuredLoads();
        loads.Put(new Dictionary<string, PoolSummary> { ["demo"] = new([], new SliceRates(SliceCounts.Bits, [], 1), TimeSpan.FromMinutes(1)) });
        loads.Put(new Dictionary<string, PoolSummary>());

        Assert.Null(loads.On("demo", HashRing.Build([new("a")])));
    }

    private static NodeReading ReadingOf(string id, double shared) =>
        new(id, Weight: 1, Rate: 0, FailureRate: 0, ArcRate: 0, SharedRate: shared, InFlight: 0, Utilisation: null, Age: TimeSpan.FromMinutes(1));
}
