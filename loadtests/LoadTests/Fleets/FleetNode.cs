using HashBalancer.LoadTests.Faults;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>One node: a process that can be killed, stopped and started again at its port, under its id.</summary>
/// <param name="id">Its id.</param>
/// <param name="program">What its process is.</param>
/// <param name="faults">Stands between the gateways and the node; null for none.</param>
internal sealed class FleetNode(string id, INodeProgram program, FaultProxy? faults) : IAsyncDisposable
{
    private ChildProcess? _process;
    private int _port;

    public string Id { get; } = id;

    public FaultProxy? Faults { get; } = faults;

    public bool Runs => _process is { HasExited: false };

    /// <summary>Starts the process and waits until it serves; it registers itself then.</summary>
    /// <remarks>At the port that it had, unless another process has taken that meanwhile: it registers a new one then.</remarks>
    public async Task Start(CancellationToken cancellation)
    {
        try
        {
            await StartOnce(cancellation);
        }
        catch (TargetException) when (_port > 0)
        {
            _port = 0;
            await StartOnce(cancellation);
        }
    }

    /// <summary>Ends it at once: nobody is told.</summary>
    public async Task Kill()
    {
        if (_process is null)
            return;
        await _process.Kill();
        await Stop();
    }

    /// <summary>Lets it drain, deregister and end.</summary>
    public async Task Stop()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (Faults is not null)
            await Faults.DisposeAsync();
    }

    private async Task StartOnce(CancellationToken cancellation)
    {
        (_process, _port) = await program.Start(Id, _port, Faults?.Port ?? 0, cancellation);
        if (Faults is not null)
            Faults.Upstream = _port;
    }
}
