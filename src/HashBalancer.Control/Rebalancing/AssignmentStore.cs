using System.Collections.Concurrent;

namespace HashBalancer.Control;

/// <summary>The latest assignment of each pool that this gateway knows. Thread-safe.</summary>
internal sealed class AssignmentStore(SnapshotPublisher publisher)
{
    private readonly ConcurrentDictionary<string, PoolAssignment> _latest = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _advancing = new();

    /// <summary>A pool's assignment; <see cref="PoolAssignment.None"/> before the first.</summary>
    public PoolAssignment Of(string pool) => _latest.GetValueOrDefault(pool, PoolAssignment.None);

    /// <summary>Puts an assignment into force if it is newer than the one that is; returns whether it was.</summary>
    public bool TryAdvance(string pool, PoolAssignment assignment)
    {
        lock (_advancing)
        {
            if (assignment.Version <= Of(pool).Version)
                return false;
            _latest[pool] = assignment;
            publisher.SetAssignment(pool, assignment);
            return true;
        }
    }
}
