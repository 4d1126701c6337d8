namespace HashBalancer.Proxy.Tests.Selection;

public sealed class SeededSequenceTests
{
    /// <summary>The published test vector of SplitMix64 for seed 1234567.</summary>
    [Fact]
    public void Next_KnownSeed_GivesThePublishedSequence()
    {
        var sequence = new SeededSequence(1234567);

        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => sequence.Next()));
    }
}
