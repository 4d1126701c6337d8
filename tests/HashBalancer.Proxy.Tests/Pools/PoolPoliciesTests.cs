using HashBalancer.Proxy.Tests.Support;

namespace HashBalancer.Proxy.Tests.Pools;

public sealed class PoolPoliciesTests
{
    private readonly PoolPolicies _policies = new(TimeProvider.System);

    [Fact]
    public void TryGet_NameInOtherCase_IsFound()
    {
        PoolPolicy policy = ProxyHost.Policy("path");
        _policies.Replace(new Dictionary<string, PoolPolicy> { ["Items"] = policy });

        Assert.True(_policies.TryGet("iTEMS", out PoolPolicy? found));
        Assert.Same(policy, found);
        Assert.False(_policies.TryGet("other", out _));
    }

    [Fact]
    public void Replace_PoolStays_TakesNewPolicyAndKeepsCounts()
    {
        _policies.Replace(new Dictionary<string, PoolPolicy> { ["items"] = ProxyHost.Policy("path") });
        _policies.TryGetPool("items", out Pool? before);
        PoolPolicy policy = ProxyHost.Policy("host");

        _policies.Replace(new Dictionary<string, PoolPolicy> { ["items"] = policy, ["new"] = policy });

        Assert.True(_policies.TryGetPool("items", out Pool? after));
        Assert.Same(policy, after.Policy);
        Assert.Same(before!.Runtime, after.Runtime);
    }

    [Fact]
    public void Replace_PoolLeavesAndReturns_CountsFromZero()
    {
        var one = new Dictionary<string, PoolPolicy> { ["items"] = new() };
        _policies.Replace(one);
        _policies.TryGetPool("items", out Pool? before);
        _policies.Replace(new Dictionary<string, PoolPolicy>());
        Assert.False(_policies.TryGet("items", out _));

        _policies.Replace(one);

        _policies.TryGetPool("items", out Pool? after);
        Assert.NotSame(before!.Runtime, after!.Runtime);
    }

    [Theory]
    [InlineData("items", "ITEMS", "Pools 'items' and 'ITEMS' differ in case alone. (Parameter 'policies')")]
    [InlineData("items", "", "A pool has no name. (Parameter 'policies')")]
    public void Replace_BadNames_ThrowsAndChangesNothing(string first, string second, string message)
    {
        _policies.Replace(new Dictionary<string, PoolPolicy> { ["kept"] = new() });

        var error = Assert.Throws<ArgumentException>(() => _policies.Replace(new Dictionary<string, PoolPolicy> { [first] = new(), [second] = new() }));

        Assert.Equal(message, error.Message);
        Assert.True(_policies.TryGet("kept", out _));
        Assert.False(_policies.TryGet("items", out _));
    }
}
