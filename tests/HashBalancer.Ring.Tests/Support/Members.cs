namespace HashBalancer.Ring.Tests;

/// <summary>Memberships for tests.</summary>
internal static class Members
{
    /// <summary>Nodes <c>name-0</c>, <c>name-1</c> … of weight 1.</summary>
    public static RingMember[] Equal(int count, string name = "node") => [.. Enumerable.Range(0, count).Select(i => new RingMember($"{name}-{i}"))];
}
