namespace HashBalancer.Gateway.Lifecycle;

/// <summary>How a process comes to serve: with sockets of its own, with those that systemd opened, or with those of the gateway that it replaces.</summary>
internal sealed class Succession : IDisposable
{
    private readonly Systemd _systemd = new(Environment.GetEnvironmentVariable, TimeProvider.System);
    private readonly Handover.Successor? _before;

    private Succession((ListenSockets Sockets, Handover.Successor Successor)? taken)
    {
        Sockets = taken?.Sockets ?? new ListenSockets(Systemd.GivenSockets(Environment.GetEnvironmentVariable));
        _before = taken?.Successor;
    }

    /// <summary>What to listen on.</summary>
    public ListenSockets Sockets { get; }

    /// <param name="takeOverFrom">Where the gateway that runs hands over; null: nobody is replaced. Where nobody hands over, neither.</param>
    /// <exception cref="IOException">The gateway that runs does not hand over.</exception>
    public static Succession Begin(string? takeOverFrom) => new(takeOverFrom is null ? null : Handover.Take(takeOverFrom));

    /// <summary>This process serves: says so to the one before and to systemd, and offers the same to the next.</summary>
    /// <exception cref="IOException">The path cannot be listened on.</exception>
    public Handover? Complete(string? handoverSocket, ILoggerFactory loggers)
    {
        Sockets.Dispose();
        _before?.Serve();
        Handover? next = handoverSocket is null ? null : Handover.Offer(handoverSocket, Sockets, loggers.CreateLogger<Handover>());
        _systemd.Ready("Serving.");
        return next;
    }

    public void Stopping() => _systemd.Stopping();

    public void Dispose()
    {
        Sockets.Dispose();
        _before?.Dispose();
        _systemd.Dispose();
    }
}
