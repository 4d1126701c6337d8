namespace HashBalancer.Ring;

/// <summary>Holds the current snapshot: the control plane's publisher alone writes, the data plane reads.</summary>
/// <remarks>Reading is one volatile load. Publishing is for one writer at a time.</remarks>
public sealed class SnapshotStore
{
    private Snapshot _current = Snapshot.Empty;

    /// <summary>The snapshot in force.</summary>
    public Snapshot Current => Volatile.Read(ref _current);

    /// <summary>Puts a newer snapshot in force.</summary>
    /// <param name="next">Its version must be above the current one's.</param>
    /// <exception cref="ArgumentException">The version is not above the current one's: there are two writers, or one that went back.</exception>
    public void Publish(Snapshot next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Snapshot current = _current;
        if (next.Version <= current.Version || Interlocked.CompareExchange(ref _current, next, current) != current)
            throw new ArgumentException($"Snapshot {next.Version} does not follow the current one, {Current.Version}.", nameof(next));
    }
}
