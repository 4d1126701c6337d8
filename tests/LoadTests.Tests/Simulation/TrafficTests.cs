using HashBalancer.Simulation.Load;

namespace HashBalancer.LoadTests.Tests.Simulation;

public sealed class TrafficTests
{
    private const int Draws = 100_000;

    [Fact]
    public void NextKey_FlashShare_IsThatPartOfAll()
    {
        var traffic = new Traffic(1000, 1, seed: 3) { FlashShare = 0.2 };

        int flash = Enumerable.Range(0, Draws).Count(_ => traffic.NextKey() == traffic.FlashKey);

        Assert.InRange(flash / (double)Draws, 0.195, 0.205);
    }

    [Fact]
    public void NextClass_Shares_AreKept()
    {
        var traffic = new Traffic(1000, 1, seed: 3);
        (string, double)[] classes = [("a", 0.5), ("b", 0.3), ("c", 0.2)];

        int[] drawn = [.. Enumerable.Range(0, Draws).Select(_ => traffic.NextClass(classes))];

        Assert.InRange(drawn.Count(c => c == 0) / (double)Draws, 0.49, 0.51);
        Assert.InRange(drawn.Count(c => c == 1) / (double)Draws, 0.29, 0.31);
        Assert.InRange(drawn.Count(c => c == 2) / (double)Draws, 0.19, 0.21);
    }

    [Fact]
    public void NextGapAndNextWork_MeansAreAsAsked()
    {
        var traffic = new Traffic(1000, 1, seed: 3);

        Assert.InRange(Enumerable.Range(0, Draws).Average(_ => traffic.NextWork()), 0.98, 1.02);
        Assert.InRange(Enumerable.Range(0, Draws).Average(_ => traffic.NextGap(500) / (double)TimeSpan.TicksPerMillisecond), 1.96, 2.04);
    }
}
