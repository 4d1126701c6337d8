namespace HashBalancer.Agent;

/// <summary>Who wants the child to stop, and how urgently: the first SIGTERM or SIGINT asks, the second one hurries.</summary>
internal sealed class StopRequest : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<IDisposable> _handlers = [];
    private int _signal = ProcessSignals.Terminate;

    public StopRequest(CancellationToken cancellation)
    {
        foreach (int signal in (int[])[ProcessSignals.Terminate, ProcessSignals.Interrupt])
        {
            if (ProcessSignals.On(signal, () => Ask(signal)) is { } handler)
                _handlers.Add(handler);
        }

        _handlers.Add(cancellation.Register(() => Ask(ProcessSignals.Terminate)));
    }

    /// <summary>Cancelled when the child is to stop.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Cancelled when it is to stop at once.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>The signal that asked; the child gets the same.</summary>
    public int Signal => Volatile.Read(ref _signal);

    // The sources are left to the collector: a handler may still be running, and they hold nothing else.
    public void Dispose() => _handlers.ForEach(handler => handler.Dispose());

    private void Ask(int signal)
    {
        if (_requested.IsCancellationRequested)
        {
            _hurry.Cancel();
            return;
        }

        Volatile.Write(ref _signal, signal);
        _requested.Cancel();
    }
}
