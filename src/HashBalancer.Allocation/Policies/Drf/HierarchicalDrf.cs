using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>A pool of a tree that is divided by <see cref="HierarchicalDrf"/>.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Parent">The pool above it; null at the top.</param>
public sealed record HierarchicalDrfPool(string Name, string? Parent = null)
{
    /// <summary>Relative right among its siblings, above 0. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What one task of a leaf takes; null for a parent.</summary>
    public ResourceVector? Demand { get; init; }

    /// <summary>How many tasks a leaf wants. Default as many as fit.</summary>
    public int Tasks { get; init; } = int.MaxValue;
}

/// <summary>
/// Hierarchical Dominant Resource Fairness (Bhattacharya et al., "Hierarchical Scheduling for Diverse Datacenter Workloads",
/// SoCC 2013), one whole task at a time from the root to the lowest child that is not blocked.
/// </summary>
/// <remarks>
/// <para>Plain DRF on the sum of a subtree starves siblings whose children want different resources. So a parent's use is the sum of
/// its children's uses after every child that is not blocked is rescaled to the smallest share among them (times weight), while
/// blocked children, which can take nothing more, count as they are. A node's share looks only at resources that a leaf below it
/// still asks for.</para>
/// <para>A leaf is blocked when it has all its tasks or the next does not fit. Ties go to the order in which the pools are given.
/// O(tasks × pools on the path's levels + pools²).</para>
/// </remarks>
public static class HierarchicalDrf
{
    /// <summary>Divides the capacity.</summary>
    /// <returns>Tasks of every leaf, by name.</returns>
    /// <exception cref="ArgumentException">A name stands twice, a parent is unknown or a leaf, the parents form a cycle, a leaf demands nothing, or a weight is not above 0.</exception>
    public static IReadOnlyDictionary<string, int> Divide(ResourceVector capacity, IReadOnlyList<HierarchicalDrfPool> pools)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(pools);
        HierarchicalDrfNode root = HierarchicalDrfNode.BuildTree(pools, capacity);
        long[] free = capacity.Thousandths.ToArray();
        root.Refresh(free);
        while (!root.Blocked)
        {
            HierarchicalDrfNode leaf = root;
            while (leaf.Children.Count > 0)
                leaf = leaf.LowestChild();
            leaf.Launch(free);

            // What no longer fits somewhere changes blocked flags all over the tree; everything else only the path upwards.
            if (leaf.IsBlocked(free) || root.AnyLeafNewlyBlocked(free))
                root.Refresh(free);
            else
                leaf.RefreshUpwards();
        }

        return root.Leaves().ToDictionary(l => l.Pool!.Name, l => l.TaskCount, StringComparer.Ordinal);
    }
}
