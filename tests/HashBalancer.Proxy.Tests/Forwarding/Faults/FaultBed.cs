using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;
using Node = HashBalancer.Fuzzing.Parties.ScriptedNode;

namespace HashBalancer.Proxy.Tests.Forwarding.Faults;

/// <summary>A gateway before one node that does to each exchange what its number says, so that all positions of a fault run at once.</summary>
internal sealed class FaultBed : IAsyncDisposable
{
    private readonly Findings _findings = new();
    private readonly Node _node;
    private Gateway? _gateway;

    /// <param name="script">The node's answer to the exchange of this number.</param>
    public FaultBed(Func<long, NodeAnswer> script) =>
        _node = new Node((id, _) => script(RequestIds.First(id)), areOneClients: (exchange, other) => exchange == other, _findings);

    public int Port => _gateway!.Port;

    public long NodeRequests => _node.Requests;

    public static async Task<FaultBed> Start(Func<long, NodeAnswer> script, TimeSpan? nodeTimeout = null, TimeSpan? clientTimeout = null)
    {
        var bed = new FaultBed(script);
        bed._gateway = await Gateway.Start(
            bed._node.Port,
            new GatewayOptions(ForwardingMode.Auto, IoThreads.IoUring, nodeTimeout ?? TimeSpan.FromSeconds(100), clientTimeout ?? TimeSpan.FromSeconds(30)),
            bed._findings);
        return bed;
    }

    /// <summary>A sound GET that asks for the connection's end.</summary>
    public static string Get(long exchange) =>
        Encoding.ASCII.GetString(SoundRequests.Plain(RequestIds.Of(exchange))).Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);

    /// <summary>Runs an exchange of each number at once.</summary>
    public static Task<string[]> All(int count, Func<long, Task<string>> exchange) => Task.WhenAll(Enumerable.Range(0, count).Select(i => exchange(i)));

    /// <summary>With all clients gone: no request, no connection of a client, none to the node; and nothing happened that never may.</summary>
    public async Task AssertNothingIsLeft()
    {
        var leftovers = new Leftovers(_findings, TimeProvider.System);
        await leftovers.CheckRunning(_gateway!, _node);
        await _gateway!.DisposeAsync();
        await leftovers.CheckEnded(_node);
        Assert.True(_findings.Count == 0, string.Join('\n', _findings.Kept));
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _node.DisposeAsync();
    }
}
