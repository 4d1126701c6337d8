using System.Collections.Frozen;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.HotKeys;

/// <summary>Ten nodes, 1,000 requests a second of many keys, and one key that takes a fifth of them for 10 s.</summary>
public sealed class HotKeySharesTests
{
    private const ulong Hot = 7;
    private const int Nodes = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ManualTimeProvider _time = new();
    private readonly HotKeyShares _shares;
    private ulong _cold = 1000;

    public HotKeySharesTests() => _shares = new HotKeyShares(_time);

    [Fact]
    public void Revise_FlashKey_IsSharedWithinTwoSecondsAndHomeWithinThirtyWithoutFlapping()
    {
        Run(TimeSpan.FromSeconds(20), hot: 0);
        Assert.Equal(0, _shares.Count);

        Run(TimeSpan.FromSeconds(2), hot: 5);
        Assert.True(_shares.Record(Hot) > 1);
        Run(TimeSpan.FromSeconds(18), hot: 5);
        // A fifth of all is two mean loads: more shares of a tenth than there are nodes.
        Assert.Equal(Nodes, _shares.Record(Hot));

        Run(TimeSpan.FromSeconds(30), hot: 0);
        Assert.Equal(1, _shares.Record(Hot));
        Assert.Equal((1, 1), (_shares.Promoted, _shares.Demoted));
    }

    /// <summary>A 40th of all is a quarter of a mean node's load: shares of a tenth.</summary>
    [Fact]
    public void Revise_QuarterOfAMeanLoad_IsSharedByThreeNodes()
    {
        Run(TimeSpan.FromSeconds(60), hot: 40);

        Assert.Equal(3, _shares.Record(Hot));
    }

    /// <summary>A 125th of all is 0.08 of a mean node's load: between the marks, where everything stays as it is.</summary>
    [Fact]
    public void Revise_BetweenTheMarks_StaysAsItIs()
    {
        Run(TimeSpan.FromSeconds(60), hot: 125);
        Assert.Equal(1, _shares.Record(Hot));
        Run(TimeSpan.FromSeconds(20), hot: 20);
        Assert.NotEqual(1, _shares.Record(Hot));

        Run(TimeSpan.FromSeconds(60), hot: 125);

        Assert.Equal((2, 1, 0), (_shares.Record(Hot), _shares.Promoted, _shares.Demoted));
    }

    /// <summary>A 40th of all is a quarter of a mean node's load; a 60th is a sixth: less than a leap.</summary>
    [Fact]
    public void Revise_LeaderSaysWhatIsShared_ItsWordIsTheLastButForLeaps()
    {
        var agreed = new Dictionary<ulong, int> { [Hot] = 7 }.ToFrozenDictionary();
        Run(TimeSpan.FromSeconds(30), hot: 40);
        _shares.Revise(Nodes, agreed);
        Assert.Equal(7, _shares.SharersOf(Hot));
        _shares.Revise(5, agreed);
        Assert.Equal(5, _shares.SharersOf(Hot));

        // It has decided, and this key is none: a leap is shared all the same, what is at the edge is not.
        _shares.Revise(Nodes, FrozenDictionary<ulong, int>.Empty);
        Assert.Equal(3, _shares.SharersOf(Hot));
    }

    [Fact]
    public void Revise_LeaderSharesNothing_EdgeOfOneGatewayIsNoLeap()
    {
        Run(TimeSpan.FromSeconds(30), hot: 60, FrozenDictionary<ulong, int>.Empty);
        Assert.Equal(1, _shares.SharersOf(Hot));
        _shares.Revise(Nodes);
        Assert.Equal(2, _shares.SharersOf(Hot));
    }

    [Fact]
    public void Revise_FewRequests_SharesNothing()
    {
        for (int i = 0; i < 19; i++)
            _shares.Record(Hot);
        _shares.Revise(Nodes);

        Assert.Equal(1, _shares.Record(Hot));
    }

    [Fact]
    public void Revise_OneNode_SharesNothing()
    {
        for (int i = 0; i < 1000; i++)
            _shares.Record(Hot);
        _shares.Revise(nodes: 1);

        Assert.Equal(0, _shares.Count);
    }

    /// <param name="time">How long.</param>
    /// <param name="hot">Every so many-th request is for the hot key; 0: none.</param>
    /// <param name="agreed">What the leader has said.</param>
    private void Run(TimeSpan time, int hot, FrozenDictionary<ulong, int>? agreed = null)
    {
        for (TimeSpan at = TimeSpan.Zero; at < time; at += Interval)
        {
            for (int i = 0; i < 250; i++)
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                _shares.Record(hot > 0 && i % hot == 0 ? Hot : _cold++);
            }

            _shares.Revise(Nodes, agreed);
        }
    }
}
