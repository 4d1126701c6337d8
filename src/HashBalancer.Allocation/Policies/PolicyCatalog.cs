using HashBalancer.Allocation.Policies.Capacity;
using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Policies.Fair;
using HashBalancer.Allocation.Policies.Fifo;

namespace HashBalancer.Allocation.Policies;

/// <summary>The policies that pools may name. Immutable, thread-safe.</summary>
public sealed class PolicyCatalog
{
    private readonly Dictionary<string, IAllocationPolicy> _policies = new(StringComparer.Ordinal);

    /// <summary>Makes a catalog.</summary>
    /// <exception cref="ArgumentException">A policy has no name, or two have the same.</exception>
    public PolicyCatalog(IEnumerable<IAllocationPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        foreach (IAllocationPolicy policy in policies)
        {
            if (string.IsNullOrWhiteSpace(policy.Name))
                throw new ArgumentException($"The policy {policy.GetType()} has no name.", nameof(policies));
            if (!_policies.TryAdd(policy.Name, policy))
                throw new ArgumentException($"Two policies have the name '{policy.Name}': {_policies[policy.Name].GetType()} and {policy.GetType()}.", nameof(policies));
        }
    }

    /// <summary>The policies that come with the library.</summary>
    public static IReadOnlyList<IAllocationPolicy> BuiltIn { get; } =
    [
        new QueuePolicy(PolicyNames.Fifo, JobOrder.Fifo, HeadOfLine.Strict),
        new QueuePolicy(PolicyNames.FifoBackfill, JobOrder.Fifo, HeadOfLine.Backfill),
        new QueuePolicy(PolicyNames.Priority, JobOrder.Priority, HeadOfLine.Strict),
        new QueuePolicy(PolicyNames.PriorityBackfill, JobOrder.Priority, HeadOfLine.Backfill),
        new FairPolicy(),
        new CapacityPolicy(),
        new DrfPolicy(),
    ];

    /// <summary>A catalog of <see cref="BuiltIn"/> alone.</summary>
    public static PolicyCatalog Default { get; } = new(BuiltIn);

    /// <summary>All names, ordered.</summary>
    public IEnumerable<string> Names => _policies.Keys.Order(StringComparer.Ordinal);

    /// <summary>The policy of a name, or null when there is none.</summary>
    public IAllocationPolicy? Find(string name) => _policies.GetValueOrDefault(name);
}
