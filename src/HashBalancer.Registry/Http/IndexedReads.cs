namespace HashBalancer.Registry;

/// <summary>Which backend an answer says it came from.</summary>
internal enum QueryBackend
{
    /// <summary>blocking-query: waits get a little random time on top, so that many do not end at once.</summary>
    Classic,

    /// <summary>streaming.</summary>
    Streaming,
}

/// <summary>Reads that carry an index and can wait for the next one.</summary>
internal sealed class IndexedReads(RegistryState state)
{
    /// <summary>Classic waits take up to this part of the wait on top.</summary>
    private const double JitterPart = 1.0 / 16;

    /// <summary>Runs a query, waiting as the caller asked.</summary>
    public async ValueTask<QueryAnswer<T>> RunAsync<T>(
        ApiCall call, QueryOptions options, Query<T> query, QueryBackend backend = QueryBackend.Classic)
    {
        if (options.Index == 0)
            return AtLeastOne(state.Read(() => query([])));
        TimeSpan wait = options.Wait;
        if (backend == QueryBackend.Classic)
            wait += state.RandomPart(wait * JitterPart);
        return AtLeastOne(await RunAsync(call, options.Index, wait, query));
    }

    /// <summary>Runs a query, waiting for an index above the given one for at most the given time.</summary>
    public async ValueTask<QueryAnswer<T>> RunAsync<T>(ApiCall call, ulong index, TimeSpan wait, Query<T> query)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Stopping);
        return await state.QueryAsync(query, index, wait, gone.Token);
    }

    /// <summary>Adds the headers of an indexed read.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="index">The index it stands at.</param>
    /// <param name="backend">The backend it came from.</param>
    /// <param name="consistency">What catalog and health reads say of their consistency; null for others.</param>
    public static Answer Mark(Answer answer, ulong index, QueryBackend backend = QueryBackend.Classic, string? consistency = null)
    {
        answer.Headers.AddRange(Headers(index, knownLeader: true, backend));
        return consistency is null ? answer : answer.With("X-Consul-Effective-Consistency", consistency);
    }

    /// <summary>The headers that some endpoints give with errors too: take no index from those.</summary>
    public static RefusedException MarkError(RefusedException error) =>
        new(error.Status, error.Message) { Headers = [.. Headers(1, knownLeader: false, QueryBackend.Classic)] };

    private static IEnumerable<KeyValuePair<string, string>> Headers(ulong index, bool knownLeader, QueryBackend backend) =>
    [
        new("X-Consul-Index", index.ToString()),
        new("X-Consul-Knownleader", knownLeader ? "true" : "false"),
        new("X-Consul-Lastcontact", "0"),
        new("X-Consul-Query-Backend", backend == QueryBackend.Streaming ? "streaming" : "blocking-query"),
    ];

    /// <summary>Index 0 would keep a client from ever waiting.</summary>
    private static QueryAnswer<T> AtLeastOne<T>(QueryAnswer<T> answer) => answer.Index > 0 ? answer : answer with { Index = 1 };
}
