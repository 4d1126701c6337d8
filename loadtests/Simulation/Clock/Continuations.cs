namespace HashBalancer.Simulation.Clock;

/// <summary>Runs what awaits, in order of completion, on the thread that asks for it.</summary>
internal sealed class Continuations : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Run, object? State)> _ready = new();

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => _ready.Enqueue((d, state));

    /// <summary>Runs all that are ready, and those that become so thereby.</summary>
    public void RunAll()
    {
        while (_ready.TryDequeue(out (SendOrPostCallback Run, object? State) next))
            next.Run(next.State);
    }
}
