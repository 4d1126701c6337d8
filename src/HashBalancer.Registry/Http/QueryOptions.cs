using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The parameters that reads share: datacenter, consistency, waiting, filtering.</summary>
internal sealed record QueryOptions
{
    /// <summary>The longest wait when none is asked for.</summary>
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait that can be asked for.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    /// <summary>The index the caller has; 0 when it does not want to wait.</summary>
    public ulong Index { get; private init; }

    /// <summary>How long the caller wants to wait, within the limits.</summary>
    public TimeSpan Wait { get; private init; } = DefaultWait;

    /// <summary>leader, stale or consistent: all the same here, where one process holds the state.</summary>
    public string Consistency { get; private init; } = "leader";

    /// <summary>Whether the caller would take an answer from the agent's cache.</summary>
    public bool Cached { get; private init; }

    public string Datacenter { get; private init; } = "";

    public string Filter { get; private init; } = "";

    public string Near { get; private init; } = "";

    /// <summary>The name:value pairs a node's meta must have.</summary>
    public IReadOnlyList<string> NodeMeta { get; private init; } = [];

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="RefusedException">400: one of them is malformed, or two contradict each other.</exception>
    public static QueryOptions Parse(ApiCall call)
    {
        QueryArgs query = call.Query;
        RefuseNamespaces(call);
        bool stale = query.Has("stale") || query.Has("max_stale");
        if (query.Get("max_stale") is { Length: > 0 } age && !GoDuration.TryParse(age, out _))
            throw RefusedException.BadRequest($"Invalid max_stale value \"{age}\"");
        bool consistent = query.Has("consistent");
        bool cached = query.Has("cached");
        if (stale && consistent)
            throw RefusedException.BadRequest("Cannot specify ?stale with ?consistent, conflicting semantics.");
        if (cached && consistent)
            throw RefusedException.BadRequest("Cannot specify ?cached with ?consistent, conflicting semantics.");
        RefuseBadCacheControl(call.Header("Cache-Control"));
        return new QueryOptions
        {
            Index = ParseIndex(query.Get("index")),
            Wait = ParseWait(query.Get("wait")),
            Consistency = stale ? "stale" : consistent ? "consistent" : "leader",
            Cached = cached,
            Datacenter = query.Get("dc"),
            Filter = query.Get("filter"),
            Near = query.Get("near"),
            NodeMeta = query.All("node-meta"),
        };
    }

    /// <summary>The longest wait of hash-based queries, which have no index.</summary>
    public static TimeSpan ParseWait(string text)
    {
        if (text.Length == 0)
            return DefaultWait;
        if (!GoDuration.TryParse(text, out GoDuration wait))
            throw RefusedException.BadRequest("Invalid wait time");
        return wait <= GoDuration.Zero ? DefaultWait : wait.TimeSpan < MaxWait ? wait.TimeSpan : MaxWait;
    }

    /// <summary>Refuses a datacenter other than this one.</summary>
    /// <exception cref="RefusedException">500: there is no way to it.</exception>
    public void RequireDatacenter(string own)
    {
        if (Datacenter.Length > 0 && Datacenter != own)
            throw RefusedException.Failed("No path to datacenter");
    }

    private static ulong ParseIndex(string text)
    {
        if (text.Length == 0)
            return 0;
        return ulong.TryParse(text, System.Globalization.NumberStyles.None, null, out ulong index)
            ? index
            : throw RefusedException.BadRequest("Invalid index");
    }

    private static void RefuseNamespaces(ApiCall call)
    {
        if (call.Query.Has("ns"))
            throw RefusedException.BadRequest("Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature");
        if (call.Header("X-Consul-Namespace").Length > 0)
            throw RefusedException.BadRequest("Bad request: Invalid header: \"X-Consul-Namespace\" - Namespaces are a Consul Enterprise feature");
    }

    private static void RefuseBadCacheControl(string header)
    {
        foreach (string part in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            if (pair[0].ToLowerInvariant() is "max-age" or "stale-if-error" && (pair.Length < 2 || !uint.TryParse(pair[1], out _)))
                throw RefusedException.BadRequest("Invalid Cache-Control header.");
        }
    }
}
