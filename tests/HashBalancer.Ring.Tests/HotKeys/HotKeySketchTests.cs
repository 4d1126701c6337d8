using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.HotKeys;

public sealed class HotKeySketchTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Read_NothingRecorded_IsNone()
    {
        HotKeySummary summary = Sketch().Read(_clock.GetTimestamp());

        Assert.Equal((0, 0), (summary.Total, summary.Floor));
        Assert.Empty(summary.Keys);
    }

    [Fact]
    public void Read_FewerKeysThanCapacity_IsExact()
    {
        HotKeySketch sketch = Sketch(capacity: 4);
        Record(sketch, 1, 5);
        Record(sketch, 2, 7);
        Record(sketch, 3, 1);

        HotKeySummary summary = sketch.Read(_clock.GetTimestamp());

        Assert.Equal([new HotKey(2, 7, 0), new HotKey(1, 5, 0), new HotKey(3, 1, 0)], summary.Keys);
        Assert.Equal((13, 0), (summary.Total, summary.Floor));
        Assert.Equal(7.0 / 13, summary.ShareOf(summary.Keys[0]));
    }

    [Fact]
    public void Record_ANewKeyWhenFull_TakesTheLeastOnesPlaceAndItsCountAsError()
    {
        HotKeySketch sketch = Sketch(capacity: 2);
        Record(sketch, 1, 5);
        Record(sketch, 2, 3);
        Record(sketch, 9, 1);

        HotKeySummary summary = sketch.Read(_clock.GetTimestamp());

        Assert.Equal([new HotKey(1, 5, 0), new HotKey(9, 4, 3)], summary.Keys);
        Assert.Equal(1, summary.Keys[1].Certain);
        Assert.Equal((9, 3), (summary.Total, summary.Floor));
    }

    [Fact]
    public void Read_AfterAHalfLife_CountsHalf_AndLaterRequestsWhole()
    {
        HotKeySketch sketch = Sketch(halfLife: TimeSpan.FromSeconds(4));
        Record(sketch, 1, 8);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(4, Count(sketch, 1), 9);

        Record(sketch, 2, 3);
        _clock.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(1, Count(sketch, 1), 9);
        Assert.Equal(0.75, Count(sketch, 2), 9);
        Assert.Equal(1.75, sketch.Read(_clock.GetTimestamp()).Total, 9);
    }

    [Fact]
    public void Read_AfterVeryLong_ForgetsAndStartsAnew()
    {
        HotKeySketch sketch = Sketch(halfLife: TimeSpan.FromSeconds(1));
        Record(sketch, 1, 1000);
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(sketch.Read(_clock.GetTimestamp()).Keys);

        // Beyond where a weight of one doubling per half-life ends as a number.
        _clock.Advance(TimeSpan.FromDays(1));
        Record(sketch, 2, 5);

        Assert.Equal([new HotKey(2, 5, 0)], sketch.Read(_clock.GetTimestamp()).Keys);
        Assert.Equal(5, sketch.Read(_clock.GetTimestamp()).Total);
    }

    [Fact]
    public void Read_SteadyTrafficOverManyHalfLives_CountsRatePerHalfLife()
    {
        HotKeySketch sketch = Sketch(halfLife: TimeSpan.FromSeconds(1));
        for (int tick = 0; tick < 40_000; tick++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(20));
            Record(sketch, 7, 2);
        }

        // 100 requests a second × half-life / ln 2, to within a step of the weights.
        Assert.Equal(100 / Math.Log(2), Count(sketch, 7), 3.0);
    }

    [Fact]
    public void Record_ALateTimestamp_CountsAsIfOnTime()
    {
        HotKeySketch sketch = Sketch(halfLife: TimeSpan.FromSeconds(1));
        long early = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Record(sketch, 1, 1);
        sketch.Record(2, early);

        Assert.Equal(1, Count(sketch, 2), 9);
        Assert.Equal(1, sketch.Read(early).Keys[0].Count, 9);
    }

    /// <summary>The paper's guarantees: every key above 1/capacity of the stream is listed; a count is never below the truth, nor
    /// above it by more than its error; no error is above the floor of the stream's total over capacity.</summary>
    [Fact]
    public void Read_ASkewedStream_HoldsTheGuarantees()
    {
        const int Capacity = 64, Requests = 200_000;
        HotKeySketch sketch = Sketch(Capacity);
        var chance = new Random(11);
        Dictionary<ulong, int> truth = [];
        for (int i = 0; i < Requests; i++)
        {
            ulong key = (ulong)Math.Pow(50_000, chance.NextDouble());
            truth[key] = truth.GetValueOrDefault(key) + 1;
            sketch.Record(key, _clock.GetTimestamp());
        }

        HotKeySummary summary = sketch.Read(_clock.GetTimestamp());

        Assert.Equal(Requests, summary.Total);
        Assert.Equal(Capacity, summary.Keys.Count);
        Assert.All(truth.Where(t => t.Value > Requests / Capacity), t => Assert.Contains(summary.Keys, k => k.Hash == t.Key));
        Assert.All(summary.Keys, k => Assert.InRange(truth.GetValueOrDefault(k.Hash), k.Certain, k.Count));
        Assert.All(truth.Where(t => summary.Keys.All(k => k.Hash != t.Key)), t => Assert.InRange(t.Value, 0, summary.Floor));
        Assert.InRange(summary.Floor, 0, (double)Requests / Capacity);
        Assert.Equal(summary.Keys.OrderByDescending(k => k.Count), summary.Keys);
        Assert.True(summary.ShareOf(summary.Keys[0]) > 0.05);
    }

    [Fact]
    public void Record_FromManyThreadsWhileRead_CountsAllButTheUncounted()
    {
        var sketch = new HotKeySketch(_clock, 16, TimeSpan.FromSeconds(5), cores: 4);
        const int Threads = 4, Each = 50_000;
        Parallel.For(0, Threads + 1, thread =>
        {
            if (thread == Threads)
            {
                for (int i = 0; i < 200; i++)
                    sketch.Read(_clock.GetTimestamp());
                return;
            }

            for (int i = 0; i < Each; i++)
                sketch.Record((ulong)(i % 8), _clock.GetTimestamp());
        });

        HotKeySummary summary = sketch.Read(_clock.GetTimestamp());
        Assert.Equal((Threads * Each) - sketch.Uncounted, summary.Total);
        Assert.Equal(summary.Total, summary.Keys.Sum(k => k.Count));
        Assert.Equal(8, summary.Keys.Count);
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        HotKeySketch sketch = Sketch(capacity: 10);
        Record(sketch, 1, 1);
        long now = _clock.GetTimestamp();

        Assert.Equal(0, Allocated.By(() =>
        {
            for (ulong i = 0; i < 1000; i++)
                sketch.Record(i, now);
        }));
    }

    [Fact]
    public void New_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentNullException>("time", () => new HotKeySketch(null!));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new HotKeySketch(_clock, 0));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new HotKeySketch(_clock, 4097));
        Assert.Throws<ArgumentOutOfRangeException>("halfLife", () => new HotKeySketch(_clock, halfLife: TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(5), new HotKeySketch(_clock, 4096).HalfLife);
    }

    private HotKeySketch Sketch(int capacity = 128, TimeSpan? halfLife = null) => new(_clock, capacity, halfLife, cores: 1);

    private void Record(HotKeySketch sketch, ulong key, int times)
    {
        for (int i = 0; i < times; i++)
            sketch.Record(key, _clock.GetTimestamp());
    }

    private double Count(HotKeySketch sketch, ulong key) => sketch.Read(_clock.GetTimestamp()).Keys.Single(k => k.Hash == key).Count;
}
