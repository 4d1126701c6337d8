using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class LossGuardTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LossGuard<NodeRegistration> _guard;

    public LossGuardTests()
    {
        _guard = new LossGuard<NodeRegistration>(n => n.Id, TimeSpan.FromSeconds(30), _time);
        Accept(50, "a", "b", "c", "d");
    }

    [Fact]
    public void Accept_TrustedEmptyAnswer_EmptiesThePoolAtOnce()
    {
        Assert.Empty(Accept(51));
        Assert.Null(_guard.Until);
    }

    [Theory]
    [InlineData(49UL, false, false)] // The index fell.
    [InlineData(1UL, false, false)]
    [InlineData(60UL, true, false)] // The watch doubts it.
    [InlineData(60UL, false, true)] // The registry was lost before.
    public void Accept_DoubtfulEmptyAnswer_HoldsAllNodes(ulong index, bool doubtful, bool lost)
    {
        if (lost)
            _guard.RegistryLost();
        Assert.Equal(["a", "b", "c", "d"], Ids(_guard.Accept([], index, doubtful)));
        Assert.Equal(4, _guard.Held);
        Assert.Equal(_time.GetUtcNow().AddSeconds(30), _guard.Until);
    }

    [Theory]
    [InlineData("a b c", 0)] // One of four is missing: believed.
    [InlineData("a b", 2)]
    [InlineData("a", 3)]
    [InlineData("x y z", 4)]
    public void Accept_AfterLoss_HoldsWhenHalfIsMissing(string named, int held)
    {
        _guard.RegistryLost();
        Accept(60, named.Split(' '));
        Assert.Equal(held, _guard.Held);
    }

    // A registry that began anew gets its services back one by one: the last of them is as little gone as the first.
    [Theory]
    [InlineData("a b c", 1)]
    [InlineData("a b", 2)]
    [InlineData("a b c d", 0)]
    public void Accept_IndexFell_HoldsWhoeverIsMissing(string named, int held)
    {
        Accept(49, named.Split(' '));
        Assert.Equal(held, _guard.Held);
    }

    [Fact]
    public void Accept_SameIndexAfterAnAnswer_IsTrusted() => Assert.Empty(Accept(50));

    [Fact]
    public void Accept_HeldNodesReturnOneByOne_AreReleasedAndNewOnesTaken()
    {
        _guard.RegistryLost();
        Assert.Equal(["a", "b", "c", "d"], Accept(3, "a"));
        Assert.Equal(["a", "b", "c", "d"], Accept(4, "a", "b"));
        Assert.Equal(["a", "b", "c", "d", "e"], Accept(5, "a", "b", "e"));
        Assert.Equal(2, _guard.Held);
        Assert.Equal(["a", "b", "c", "d", "e"], Accept(6, "a", "b", "c", "d", "e"));
        Assert.Null(_guard.Until);
    }

    [Fact]
    public void Accept_WhileHolding_NamedNodeThatLeavesGoesAtOnce()
    {
        _guard.RegistryLost();
        Accept(3, "a");
        Assert.Equal(["b", "c", "d"], Accept(4));
    }

    [Fact]
    public void Accept_HeldNodeReturnsChanged_TheAnswerCounts()
    {
        _guard.RegistryLost();
        Accept(3);
        IReadOnlyList<NodeRegistration> nodes = _guard.Accept([new("a", "10.9.9.9", 99)], 4, doubtful: false);
        Assert.Equal(new NodeRegistration("a", "10.9.9.9", 99), nodes.Single(n => n.Id == "a"));
    }

    [Fact]
    public void Accept_DoubtAgain_DoesNotLengthenTheGrace()
    {
        DateTimeOffset until = _time.GetUtcNow().AddSeconds(30);
        _guard.RegistryLost();
        Accept(3);
        _time.Advance(TimeSpan.FromSeconds(20));
        _guard.RegistryLost();
        Accept(3);
        Assert.Equal(until, _guard.Until);
    }

    [Fact]
    public void Release_LetsHeldNodesGoAndKeepsTheNamed()
    {
        _guard.RegistryLost();
        Accept(3, "b");
        Assert.Equal(["b"], Ids(_guard.Release()));
        Assert.Equal(0, _guard.Held);
        Assert.Null(_guard.Until);
    }

    [Fact]
    public void Extend_GivesAnotherGrace()
    {
        _guard.RegistryLost();
        Accept(3);
        _time.Advance(TimeSpan.FromSeconds(30));
        _guard.Extend();
        Assert.Equal(_time.GetUtcNow().AddSeconds(30), _guard.Until);
    }

    [Fact]
    public void Accept_NoGrace_BelievesEverything()
    {
        LossGuard<NodeRegistration> guard = new(n => n.Id, TimeSpan.Zero, _time);
        guard.Restore([new("a", "h", 1)], 50);
        guard.RegistryLost();
        Assert.Empty(guard.Accept([], 1, doubtful: true));
        Assert.Null(guard.Until);
    }

    [Fact]
    public void Accept_PoolWithoutNodes_HoldsNothing()
    {
        LossGuard<NodeRegistration> guard = new(n => n.Id, TimeSpan.FromSeconds(30), _time);
        guard.RegistryLost();
        Assert.Empty(guard.Accept([], 1, doubtful: true));
        Assert.Null(guard.Until);
    }

    [Theory]
    [InlineData(49UL, 1)]
    [InlineData(50UL, 0)]
    public void Restore_RegistryThatFellBehind_IsDoubted(ulong index, int held)
    {
        LossGuard<NodeRegistration> guard = new(n => n.Id, TimeSpan.FromSeconds(30), _time);
        guard.Restore([new("a", "h", 1)], 50);
        guard.Accept([], index, doubtful: false);
        Assert.Equal(held, guard.Held);
    }

    private IEnumerable<string> Accept(ulong index, params string[] ids) =>
        Ids(_guard.Accept([.. ids.Select(id => new NodeRegistration(id, "10.0.0.1", 80))], index, doubtful: false));

    private static IEnumerable<string> Ids(IReadOnlyList<NodeRegistration> nodes) => nodes.Select(n => n.Id).Order(StringComparer.Ordinal);
}
