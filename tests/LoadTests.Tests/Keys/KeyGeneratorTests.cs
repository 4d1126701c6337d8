using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Keys;

public sealed class KeyGeneratorTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Uniform_ManyDraws_FitTheLaw()
    {
        long[] counts = Count(new UniformKeys(500), Draws);

        ChiSquare.AssertFits(counts, [.. Enumerable.Repeat(1 / 500.0, 500)]);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.8)]
    [InlineData(0.9999999)]
    [InlineData(1.0)]
    [InlineData(1.1)]
    [InlineData(2.5)]
    public void Zipf_ManyDraws_FitTheExactLaw(double exponent)
    {
        const int Keys = 1000;
        double[] weights = [.. Enumerable.Range(1, Keys).Select(rank => Math.Pow(rank, -exponent))];
        double sum = weights.Sum();

        long[] counts = Count(new ZipfKeys(Keys, exponent), Draws);

        ChiSquare.AssertFits(counts, [.. weights.Select(w => w / sum)]);
    }

    [Fact]
    public void Zipf_OtherExponent_DoesNotFit()
    {
        // The test above can fail: 1.1 is told from 1.0 by this many draws.
        double[] weights = [.. Enumerable.Range(1, 1000).Select(rank => 1.0 / rank)];
        long[] counts = Count(new ZipfKeys(1000, 1.1), Draws);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => ChiSquare.AssertFits(counts, [.. weights.Select(w => w / weights.Sum())]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10_000_000)]
    public void Zipf_AnyCount_StaysInRange(long count)
    {
        var keys = new ZipfKeys(count, 1.1);
        var random = new Random(3);

        for (int i = 0; i < 10_000; i++)
            Assert.InRange(keys.Next(random), 0, count - 1);
    }

    [Fact]
    public void HotSet_ManyDraws_FitTheLaw()
    {
        double[] law = [.. Enumerable.Repeat(0.9 / 10, 10), .. Enumerable.Repeat(0.1 / 90, 90)];

        ChiSquare.AssertFits(Count(new HotSetKeys(100, hot: 10, share: 0.9), Draws), law);
    }

    [Fact]
    public void HotSet_AllKeysHot_AreUniform() =>
        ChiSquare.AssertFits(Count(new HotSetKeys(50, hot: 50, share: 0.2), Draws), [.. Enumerable.Repeat(0.02, 50)]);

    [Fact]
    public void Sequence_TwoRoundsFromManyThreads_DrawsEveryKeyTwice()
    {
        var keys = new SequenceKeys(1000);
        var counts = new long[1000];

        Parallel.For(0, 2000, _ => Interlocked.Increment(ref counts[keys.Next(new Random(0))]));

        Assert.All(counts, count => Assert.Equal(2, count));
    }

    [Fact]
    public void Sequence_FirstDraws_AreInOrder()
    {
        var keys = new SequenceKeys(3);
        var random = new Random(0);

        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, 5).Select(_ => keys.Next(random)));
    }

    [Fact]
    public void Next_SameSeed_DrawsTheSameKeys()
    {
        var keys = new ZipfKeys(1000, 1);
        var (a, b) = (new Random(9), new Random(9));

        for (int i = 0; i < 100; i++)
            Assert.Equal(keys.Next(a), keys.Next(b));
    }

    private static long[] Count(IKeyGenerator keys, int draws)
    {
        var random = new Random(42);
        var counts = new long[keys.Count];
        for (int i = 0; i < draws; i++)
            counts[keys.Next(random)]++;
        return counts;
    }
}
