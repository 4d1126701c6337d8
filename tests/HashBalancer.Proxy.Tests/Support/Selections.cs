using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>A request's first choice by a policy, for tests that need no second.</summary>
internal static class Selections
{
    private static readonly PoolPolicy Default = new();

    public static NodeSelection Select(this NodeSelector selector, PoolSnapshot view, ulong? hash, PoolPolicy? policy = null)
    {
        var walk = new NodeWalk(policy ?? Default, view, hash);
        return selector.Next(ref walk);
    }
}
