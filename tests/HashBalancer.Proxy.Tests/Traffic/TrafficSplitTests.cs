using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Traffic;

public sealed class TrafficSplitTests
{
    private static readonly ulong[] Keys = [.. Enumerable.Range(0, 20_000).Select(i => KeyHash.Of($"user-{i}"))];

    [Theory]
    [InlineData(5, 0.0476)]
    [InlineData(100, 0.5)]
    [InlineData(300, 0.75)]
    public void ByWeight_Share_IsTheWeightsPart(double weight, double expected)
    {
        var split = new TrafficSplit("items", Weights(("canary", weight)));

        double share = Keys.Count(key => split.ByWeight(key) == "canary") / (double)Keys.Length;

        Assert.InRange(share, expected - 0.01, expected + 0.01);
    }

    [Fact]
    public void ByWeight_OneWeightRaised_MovesKeysIntoThatPoolAlone()
    {
        var before = new TrafficSplit("items", Weights(("canary", 5), ("next", 20)));
        var after = new TrafficSplit("items", Weights(("canary", 30), ("next", 20)));

        (string From, string To)[] moves = [.. Keys.Select(key => (before.ByWeight(key), after.ByWeight(key))).Where(move => move.Item1 != move.Item2)];

        Assert.NotEmpty(moves);
        Assert.All(moves, move => Assert.Equal("canary", move.To));
        Assert.Contains(moves, move => move.From == "items");
        Assert.Contains(moves, move => move.From == "next");
    }

    [Fact]
    public void ByWeight_AnotherGateway_ChoosesTheSame()
    {
        // Written in another case and order: the choice is by name, and the same for all gateways.
        var one = new TrafficSplit("items", Weights(("canary", 50), ("next", 50)));
        var other = new TrafficSplit("items", Weights(("Next", 50), ("Canary", 50)));

        Assert.All(Keys[..1000], key => Assert.Equal(one.ByWeight(key), other.ByWeight(key), ignoreCase: true));
    }

    [Fact]
    public void ByWeight_WeightZero_GetsNothing()
    {
        var split = new TrafficSplit("items", Weights(("canary", 1), ("items", 0)));

        Assert.All(Keys[..1000], key => Assert.Equal("canary", split.ByWeight(key)));
    }

    [Theory]
    [InlineData("X-Canary", "yes", "canary")]
    [InlineData("X-Canary", "no", null)]
    [InlineData("X-Next", "whatever", "next")]
    [InlineData("X-Next", "", null)]
    [InlineData("X-Other", "yes", null)]
    public void ByHeader_ValueOrAny_NamesThePool(string header, string value, string? expected)
    {
        var split = new TrafficSplit("items", new Dictionary<string, SplitTarget>
        {
            ["canary"] = new() { Header = "X-Canary", Value = "yes" },
            ["next"] = new() { Header = "X-Next" },
        });
        var context = new DefaultHttpContext();
        context.Request.Headers[header] = value;

        Assert.Equal(expected, split.ByHeader(context.Request));
    }

    [Fact]
    public void Validate_OutOfRange_NamesEveryFault()
    {
        Assert.Equal(
            ["k:Weight: is -1, but must be 0 to 1000000.", "k:Header: is missing; it must name the header that is to have the value 'yes'."],
            new SplitTarget { Weight = -1, Value = "yes" }.Validate("k"));
        Assert.Equal(
            [
                "k:Share: is 2, but must be 0 to 1.",
                "k:MaxBufferedBody: is -1, but must be 0 to 16777216 bytes.",
                "k:MaxInFlight: is 0, but must be 1 to 100000.",
                "k:Timeout: is 00:00:00, but must be 00:00:00.001 to 01:00:00.",
            ],
            new MirrorPolicy { Share = 2, MaxBufferedBody = -1, MaxInFlight = 0, Timeout = TimeSpan.Zero }.Validate("k"));
    }

    private static Dictionary<string, SplitTarget> Weights(params (string Pool, double Weight)[] weights) =>
        weights.ToDictionary(target => target.Pool, target => new SplitTarget { Weight = target.Weight });
}
