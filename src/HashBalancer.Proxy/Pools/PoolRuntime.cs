namespace HashBalancer.Proxy;

/// <summary>What the data plane keeps for a pool as long as configuration names it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PoolRuntime
{
    private readonly CounterSet _selections = new(SelectionReasons.All.Length, CounterSet.StripesForMachine);

    // Errors are no hot path.
    private readonly CounterSet _errors = new(ErrorReasons.All.Length, stripes: 1);

    private volatile Unavailability? _unavailability;

    /// <summary>The latest answer to requests that no node could take; see <see cref="Proxy.Unavailability.Of"/>.</summary>
    public Unavailability? Unavailability
    {
        get => _unavailability;
        set => _unavailability = value;
    }

    public void Count(SelectionReason reason) => _selections.Increment((int)reason);

    public void Count(ErrorReason reason) => _errors.Increment((int)reason);

    public long Of(SelectionReason reason) => _selections.Sum((int)reason);

    public long Of(ErrorReason reason) => _errors.Sum((int)reason);
}
