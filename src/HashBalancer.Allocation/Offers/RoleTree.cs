using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Offers;

/// <summary>What roles and frameworks hold during one round of an <see cref="OfferBook"/>.</summary>
internal sealed class RoleTree
{
    private readonly ResourceSet _resources;
    private readonly Dictionary<string, OfferedFramework> _frameworks;
    private readonly Dictionary<string, ResourceVector> _guarantees;
    private readonly Dictionary<string, Holding> _holdings = new(StringComparer.Ordinal);
    private readonly ResourceVector _total;
    private ResourceVector _free;

    public RoleTree(ResourceSet resources, List<OfferedNode> nodes, Dictionary<string, OfferedFramework> frameworks, Dictionary<string, ResourceVector> guarantees)
    {
        _resources = resources;
        _frameworks = frameworks;
        _guarantees = guarantees;
        _total = nodes.Aggregate(resources.Vector(), (sum, node) => sum.Plus(node.Resources));
        _free = _total;
        foreach (OfferedNode node in nodes)
        {
            if (node.Holder is not null && frameworks.TryGetValue(node.Holder, out OfferedFramework? holder))
                Count(holder, node);
        }
    }

    /// <summary>Books a node for a framework and every role above it.</summary>
    public void Count(OfferedFramework framework, OfferedNode node)
    {
        foreach (string key in PathOf(framework))
        {
            Holding held = Held(key);
            _holdings[key] = new Holding(held.Resources.Plus(node.Resources), held.Allocations + 1);
        }

        _free = _free.Minus(node.Resources);
    }

    /// <summary>The lowest framework of the lowest role that still misses part of its guarantee and sees the node.</summary>
    public OfferedFramework? NeediestGuaranteed(OfferedNode node, TimeSpan now)
    {
        OfferedFramework[] candidates = [.. _frameworks.Values.Where(f => f.Sees(node.Name, now) && MissesPartOf(f.Role))];
        return Lowest(candidates, depth: 0);
    }

    /// <summary>The lowest framework of the lowest role that sees the node.</summary>
    public OfferedFramework? Lowest(OfferedNode node, TimeSpan now) =>
        Lowest([.. _frameworks.Values.Where(f => f.Sees(node.Name, now))], depth: 0);

    /// <summary>Whether the free rest without this node still covers what is guaranteed and missing.</summary>
    public bool MayGoBeyondGuarantees(OfferedNode node)
    {
        for (int r = 0; r < _resources.Count; r++)
        {
            long missing = _guarantees.Sum(g => Math.Max(0, g.Value.Thousandths[r] - Held(g.Key).Resources.Thousandths[r]));
            if (missing > 0 && _free.Thousandths[r] - node.Resources.Thousandths[r] < missing)
                return false;
        }

        return true;
    }

    private bool MissesPartOf(string role) =>
        _guarantees.TryGetValue(role, out ResourceVector? guarantee) && !guarantee.FitsIn(Held(role).Resources);

    /// <summary>Goes down one part of the role's path at a time; frameworks of a role stand beside the roles below it.</summary>
    private OfferedFramework? Lowest(OfferedFramework[] candidates, int depth)
    {
        if (candidates.Length == 0)
            return null;
        IGrouping<string, OfferedFramework> lowest = candidates
            .GroupBy(f => KeyAt(f, depth), StringComparer.Ordinal)
            .OrderBy(g => new DrfHolding(g.Key, Held(g.Key).Resources, 1, Held(g.Key).Allocations),
                Comparer<DrfHolding>.Create((a, b) => DrfOrder.Compare(a, b, _total, DrfTieBreak.FewerAllocations)))
            .First();
        return lowest.Key.StartsWith(FrameworkKey, StringComparison.Ordinal) ? lowest.First() : Lowest([.. lowest], depth + 1);
    }

    private const string FrameworkKey = "/";

    private static string KeyAt(OfferedFramework framework, int depth)
    {
        string[] parts = framework.Role.Split('/');
        return depth < parts.Length ? string.Join('/', parts[..(depth + 1)]) : FrameworkKey + framework.Name;
    }

    private static IEnumerable<string> PathOf(OfferedFramework framework)
    {
        int parts = framework.Role.Split('/').Length;
        for (int depth = 0; depth <= parts; depth++)
            yield return KeyAt(framework, depth);
    }

    private Holding Held(string key) => _holdings.TryGetValue(key, out Holding held) ? held : new Holding(_resources.Vector(), 0);

    private readonly record struct Holding(ResourceVector Resources, int Allocations);
}
