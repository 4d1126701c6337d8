using System.Collections.Frozen;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Control;

/// <summary>A pool that is sized.</summary>
/// <param name="Service">The Consul service that its nodes are instances of.</param>
/// <param name="Options">What it may have, and how much it needs.</param>
public sealed record AllocatedPool(string Service, PoolAllocationOptions Options);

/// <summary>The pools that are sized, as configuration has them now.</summary>
/// <remarks>Thread-safe: all change at once.</remarks>
public sealed class AllocatedPools
{
    private volatile FrozenDictionary<string, AllocatedPool> _current = FrozenDictionary<string, AllocatedPool>.Empty;

    private readonly TaskCompletionSource _any = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends once there are any: where no pool is sized, nobody asks the registry about a fleet.</summary>
    internal Task WhenAny => _any.Task;

    /// <summary>By name, compared without regard to case.</summary>
    public IReadOnlyDictionary<string, AllocatedPool> Current => _current;

    /// <summary>Puts these in force instead of all others.</summary>
    public void Replace(IReadOnlyDictionary<string, AllocatedPool> pools)
    {
        _current = pools.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        if (_current.Count > 0)
            _any.TrySetResult();
    }

    /// <summary>What is wrong between groups and pools, whatever the fleet.</summary>
    /// <returns>One message for each fault; empty when all is well.</returns>
    public static IReadOnlyList<string> Validate(AllocationOptions options, IReadOnlyDictionary<string, AllocatedPool> pools)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pools);
        if (options.Validate().Count > 0)
            return [];
        // Filters and pins are held against the nodes that there are, when there are any.
        var spec = new FleetSpec(PoolSpecs.ResourcesOf(options))
        {
            Policy = options.Policy,
            AllowOvercommit = true,
            Pools = [.. PoolSpecs.Groups(options), .. pools.Select(pool => PoolSpecs.Leaf(pool.Key, pool.Value.Options) with { Filter = null, Pinned = [] })],
        };
        List<string> faults = [.. FleetValidator.Check(spec).Select(fault => $"{KeyOf(fault, options)}:{KeyOfField(fault.Field)}: {fault.Message}.")];
        foreach ((string name, AllocatedPool pool) in pools)
        {
            ResourceSet resources = spec.Resources;
            foreach (string unknown in pool.Options.Filter.MinimumCapacity.Keys.Where(resource => resources.IndexOf(resource) < 0))
                faults.Add($"HashBalancer:Pools:{name}:Allocation:Filter:MinimumCapacity:{unknown}: is no resource; known are {string.Join(", ", resources.Names)}.");
        }

        return faults;
    }

    private static string KeyOf(AllocationFault fault, AllocationOptions options)
    {
        string[] parts = fault.Subject.Split('\'');
        return parts.Length < 3 ? AllocationOptions.Section
            : options.Groups.ContainsKey(parts[1]) ? $"{AllocationOptions.Section}:Groups:{parts[1]}"
            : $"HashBalancer:Pools:{parts[1]}:Allocation";
    }

    private static string KeyOfField(string field) => field.Replace('.', ':');
}
