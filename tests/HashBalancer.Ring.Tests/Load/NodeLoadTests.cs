using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Load;

public sealed class NodeLoadTests
{
    private const long Frequency = 10_000_000;
    private const long Second = Frequency;

    [Fact]
    public void BeginAndEnd_CountForTheNodeAndItsPool()
    {
        var table = new LoadTable();
        NodeLoad a = table.Of("items", "a"), b = table.Of("items", "b");

        Assert.Equal(1, a.Begin());
        Assert.Equal(2, a.Begin());
        Assert.Equal(1, b.Begin());
        Assert.Equal(3, table.Of("items").InFlight);
        a.End(failed: false);
        b.End(failed: true);

        Assert.Equal((1, 1, 0), (a.InFlight, a.Completed, a.Failed));
        Assert.Equal((0, 1, 1), (b.InFlight, b.Completed, b.Failed));
        Assert.Equal(1, a.Pool.InFlight);
        Assert.Same(a.Pool, b.Pool);
    }

    [Fact]
    public void BeginAndEnd_FromManyThreads_LoseNothing()
    {
        var load = new NodeLoad();
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                load.Begin();
                load.End(failed: i % 4 == 0, 0, i * Second, Frequency);
            }
        });

        Assert.Equal((0, 160_000, 40_000), (load.InFlight, load.Completed, load.Failed));
        Assert.Equal(0, load.Pool.InFlight);
        Assert.InRange(load.Latency.TotalSeconds, 1, 20_000);
    }

    [Fact]
    public void Latency_BeforeTheFirst_IsZero() => Assert.Equal(TimeSpan.Zero, new NodeLoad().Latency);

    [Fact]
    public void Latency_FirstSample_IsTaken() => AssertLatency(0.25, After((1000, 0.25)));

    [Fact]
    public void Latency_LaterSamples_WeighByTheTimeSinceTheLast()
    {
        AssertLatency(0.1 + (0.3 * (1 - Math.Exp(-0.1))), After((1000, 0.1), (1001, 0.4)));
        AssertLatency(0.1 + (0.3 * (1 - Math.Exp(-1))), After((1000, 0.1), (1010, 0.4)));
        AssertLatency(0.4, After((1000, 0.1), (2000, 0.4)));
    }

    [Fact]
    public void Latency_SamplesInOneMillisecondOrLate_CountForNothing()
    {
        AssertLatency(0.1, After((1000, 0.1), (1000, 9)));
        AssertLatency(0.1, After((1000, 0.1), (1000.0004, 9)));
        AssertLatency(0.1, After((1000, 0.1), (941, 9)));
    }

    /// <summary>32 bits of milliseconds wrap after 49.7 days.</summary>
    [Fact]
    public void Latency_AcrossTheWrapOfItsClock_GoesOn()
    {
        double wrap = (1L << 32) / 1000.0;
        AssertLatency(0.1 + (0.3 * (1 - Math.Exp(-1))), After((wrap - 5, 0.1), (wrap + 5, 0.4)));
        AssertLatency(0.4, After((1000, 0.1), (1000 + (wrap * 0.75), 0.4)));
    }

    [Fact]
    public void Latency_OfFailedRequests_CountsForNothing()
    {
        NodeLoad load = After((1000, 0.1));
        load.Begin();
        load.End(failed: true, 0, 5000 * Second, Frequency);

        AssertLatency(0.1, load);
    }

    [Fact]
    public void Latency_SystemClock_IsInItsTimestamps()
    {
        var load = new NodeLoad();
        long start = TimeProvider.System.GetTimestamp();
        load.Begin();
        load.End(failed: false, start, start + (2 * TimeProvider.System.TimestampFrequency));

        AssertLatency(2, load);
    }

    [Fact]
    public void Attach_Twice_KeepsTheFirst()
    {
        var load = new NodeLoad();
        Assert.Null(load.Attachment);
        Assert.Equal("first", load.Attach("first"));
        Assert.Equal("first", load.Attach("second"));
        Assert.Equal("first", load.Attachment);
    }

    [Fact]
    public void BeginAndEnd_AllocateNothing()
    {
        var load = new NodeLoad();
        load.Begin();
        load.End(failed: false, 1, 2);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                load.Begin();
                load.End(failed: false, i, i * 10);
            }
        }));
    }

    /// <summary>A node after requests that ended at these seconds and took so long.</summary>
    private static NodeLoad After(params (double At, double Seconds)[] requests)
    {
        var load = new NodeLoad();
        foreach ((double at, double seconds) in requests)
        {
            load.Begin();
            load.End(failed: false, (long)((at - seconds) * Second), (long)(at * Second), Frequency);
        }

        return load;
    }

    private static void AssertLatency(double seconds, NodeLoad load) => Assert.Equal(seconds, load.Latency.TotalSeconds, 4);
}
