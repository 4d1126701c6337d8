using System.Globalization;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>The embedded registry as a process of its own. It keeps nothing over an outage: who is still there must register again.</summary>
internal sealed class FleetRegistry(string gateway) : IAsyncDisposable
{
    private ChildProcess? _process;
    private int _port;

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    public async Task Start(CancellationToken cancellation)
    {
        string listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");
        _process = ChildProcess.Start("the registry", "dotnet", [gateway, "registry", "--listen", listen, "--until-stdin-closes"]);
        Uri address = await _process.WaitForLine(line => PrintedAddress.In(line, "registry"), Fleet.StartLimit, cancellation);
        _port = address.Port;
    }

    public async Task Kill()
    {
        if (_process is null)
            return;
        await _process.Kill();
        await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
