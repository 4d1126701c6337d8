using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/txn: several operations, all or nothing.</summary>
internal sealed class TxnEndpoints(RegistryState state)
{
    private const int MaxOperations = 64;
    private const int MaxBody = 512 * 1024;

    public void Map(Router router) => router.Map("/v1/txn", ("PUT", RunAsync));

    private async ValueTask<Answer> RunAsync(ApiCall call)
    {
        QueryOptions.Parse(call).RequireDatacenter(state.Identity.Datacenter);
        IReadOnlyList<TxnRequest> operations = await ReadAsync(call);
        bool writes = operations.Any(operation => operation.Writes);
        Authority authority = call.Authority;
        TxnResponse response;
        using (Change change = state.BeginChange())
            response = new Transaction(state, change, authority).Run(operations);
        int status = response.Errors is null ? 200 : 409;
        if (writes)
            return Answer.Json(response, ConsulJson.Default.TxnResponse, status);
        // A transaction that only reads says how fresh it is, always at index 1, in the body and in two headers.
        response = response with { Index = 1, LastContact = 0, KnownLeader = true, ConsistencyLevel = "", NotModified = false, Backend = 0 };
        return Answer.Json(response, ConsulJson.Default.TxnResponse, status)
            .With("X-Consul-Knownleader", "true")
            .With("X-Consul-Lastcontact", "0");
    }

    private static async ValueTask<IReadOnlyList<TxnRequest>> ReadAsync(ApiCall call)
    {
        ReadOnlyMemory<byte> body = await call.ReadBodyAsync(
            MaxBody,
            bytes => $"Request body({bytes} bytes) too large, max size: {MaxBody} bytes. "
                + "See https://www.consul.io/docs/agent/options.html#txn_max_req_len.");
        IReadOnlyList<TxnRequest> operations;
        try
        {
            operations = TxnRequest.ReadAll(body.Span);
        }
        catch (GoJsonException e)
        {
            throw RefusedException.BadRequest($"Failed to parse body: {e.Message}");
        }

        if (operations.Count > MaxOperations)
            throw new RefusedException(413, $"Transaction contains too many operations ({operations.Count} > {MaxOperations})");
        return operations;
    }
}
