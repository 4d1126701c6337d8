using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Control;

/// <summary>Configured pools in the allocation library's terms. Pure.</summary>
internal static class PoolSpecs
{
    /// <summary>The resources of a fleet: nodes first.</summary>
    public static ResourceSet ResourcesOf(AllocationOptions options) => new([AllocationOptions.NodesResource, .. options.Resources]);

    /// <summary>The pools above pools.</summary>
    public static IEnumerable<PoolSpec> Groups(AllocationOptions options) => options.Groups.Select(group => new PoolSpec(group.Key)
    {
        Parent = group.Value.Parent,
        Policy = group.Value.Policy,
        Weight = group.Value.Weight,
        Priority = group.Value.Priority,
        Submitted = group.Value.Submitted,
        Guaranteed = group.Value.Guaranteed,
        Maximum = group.Value.Maximum,
        Lendable = group.Value.Lendable,
        Reclaimable = group.Value.Reclaimable,
    });

    /// <summary>A pool that nodes serve.</summary>
    public static PoolSpec Leaf(string name, PoolAllocationOptions pool) => new(name)
    {
        Parent = pool.Parent,
        Weight = pool.Weight,
        Priority = pool.Priority,
        Submitted = pool.Submitted,
        Guaranteed = pool.Guaranteed,
        Maximum = pool.Maximum,
        UnitDemand = pool.UnitDemand.Count > 0 ? pool.UnitDemand : OneNode,
        Lendable = pool.Lendable,
        Reclaimable = pool.Reclaimable,
        Frozen = pool.Frozen,
        MinAvailable = pool.MinAvailable,
        MaxUnavailable = pool.MaxUnavailable,
        Pinned = pool.Pinned,
        Drain = pool.DrainTime,
        Warm = pool.WarmTime,
        Filter = pool.Filter.IsEmpty ? null : new NodeFilter
        {
            Labels = pool.Filter.Labels,
            Zones = pool.Filter.Zones,
            MinimumCapacity = pool.Filter.MinimumCapacity,
            Nodes = pool.Filter.Nodes,
            Except = pool.Filter.Except,
        },
    };

    private static readonly Dictionary<string, decimal> OneNode = new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = 1 };
}
