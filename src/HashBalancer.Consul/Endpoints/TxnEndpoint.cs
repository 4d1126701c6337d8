using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>Transactions (/v1/txn): up to 64 operations, all or none, at one index.</summary>
/// <remarks>Thread-safe. The call throws <see cref="ConsulException"/> when it fails; a refusal of the operations is an answer, not a failure.</remarks>
public sealed class TxnEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;
    private readonly KvEndpoint _kv;

    internal TxnEndpoint(ConsulTransport transport, ConsulClientOptions options, KvEndpoint kv)
    {
        _transport = transport;
        _options = options;
        _kv = kv;
    }

    /// <summary>Carries operations out. Keys are relative to <see cref="ConsulClientOptions.KvPrefix"/>.</summary>
    /// <returns>The results, or the operations that stood in the way; see <see cref="TxnResponse.Committed"/>.</returns>
    public async Task<TxnResponse> ApplyAsync(IReadOnlyList<TxnOp> operations, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(operations);
        TxnOp[] whole = [.. operations.Select(op => op.KV?.Key is { } key ? op with { KV = op.KV with { Key = _kv.Whole(key) } } : op)];
        var request = new ConsulRequest(HttpMethod.Put, "/v1/txn")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes<IReadOnlyList<TxnOp>>(whole, ConsulJson.Default.IReadOnlyListTxnOp),
            AlsoAccepted = [409],
        };
        TxnResponse answer = await _transport.CallAsync(request.With("dc", _options.Datacenter), ConsulJson.Default.TxnResponse, cancellation);
        return answer.Results is null
            ? answer
            : answer with { Results = [.. answer.Results.Select(r => r.KV is null ? r : r with { KV = _kv.Strip(r.KV) })] };
    }
}
