using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/health/*: instances with their checks, and checks by service, node and state.</summary>
internal sealed class HealthEndpoints(RegistryState state, IndexedReads reads, bool streams)
{
    public void Map(Router router)
    {
        router.Map("/v1/health/service/", ("GET", ServiceAsync));
        router.Map("/v1/health/checks/", ("GET", call => ChecksAsync(call, "Missing service name", ChecksOfService)));
        router.Map("/v1/health/node/", ("GET", call => ChecksAsync(call, "Missing node name", ChecksOfNode)));
        router.Map("/v1/health/state/", ("GET", call => ChecksAsync(call, "Missing check state", ChecksInState)));
    }

    private async ValueTask<Answer> ServiceAsync(ApiCall call)
    {
        QueryOptions options = QueryOptions.Parse(call);
        string name = call.Rest;
        if (name.Length == 0)
            throw RefusedException.BadRequest("Missing service name");
        options.RequireDatacenter(state.Identity.Datacenter);
        bool streaming = streams && (options.Index > 0 || options.Cached) && options.Near.Length == 0;
        Func<ServiceEntry, bool> matches = Filter.Compile(
            options.Filter, FilterSchemas.Entry, streaming ? "" : "Failed to create boolean expression evaluator: ");
        Authority authority = AuthorityOf(call, streaming);
        bool viewExisted = false;
        QueryAnswer<InstanceView[]> found = await reads.RunAsync(
            call,
            options,
            watch =>
            {
                watch.Add(Topic.ServiceHealth(name));
                ulong index = state.Catalog.IndexOf(name);
                bool present = state.Catalog.Services.TryGetValue(name, out ServiceSet? set);
                if (streaming || options.Cached)
                {
                    (ulong absentIndex, viewExisted) = state.Views.Use(name, index, state.Uptime);
                    if (streaming && !present)
                        index = absentIndex;
                }

                return QueryAnswer.Of(index, set?.Views ?? []);
            },
            streaming ? QueryBackend.Streaming : QueryBackend.Classic);
        Answer answer = Select(call, options, entry => authority.Check(entry.Node.Node, entry.Service.Service) && matches(entry), found.Value);
        if (options.Cached)
            answer = viewExisted ? answer.With("X-Cache", "HIT").With("Age", "0") : answer.With("X-Cache", "MISS");
        return IndexedReads.Mark(answer, found.Index, streaming ? QueryBackend.Streaming : QueryBackend.Classic, options.Consistency);
    }

    /// <summary>The caller's rights; the streaming backend has words of its own for an unknown token.</summary>
    private static Authority AuthorityOf(ApiCall call, bool streaming)
    {
        try
        {
            return call.Authority;
        }
        catch (RefusedException e) when (streaming)
        {
            throw new RefusedException(e.Status, $"rpc error: code = Unknown desc = {e.Message}");
        }
    }

    private static Answer Select(ApiCall call, QueryOptions options, Func<ServiceEntry, bool> matches, InstanceView[] views)
    {
        bool passing = call.Query.Has("passing");
        if (passing && call.Query.Get("passing") is { Length: > 0 } text && !GoBool.TryParse(text, out passing))
            return Answer.Text(400, "Invalid value for ?passing");
        IReadOnlyList<string> tags = call.Query.All("tag");
        var selected = new List<byte[]>(views.Length);
        foreach (InstanceView view in views)
        {
            bool wanted = (!passing || view.Passes)
                && HasTags(view.Entry.Service.Tags, tags) && NodeMeta.Matches(view.Entry.Node.Meta, options.NodeMeta) && matches(view.Entry);
            if (wanted)
                selected.Add(view.Json);
        }

        return Answer.JsonArray(selected);
    }

    /// <summary>Whether an instance has all the tags, in whatever case.</summary>
    public static bool HasTags(IReadOnlyList<string>? has, IReadOnlyList<string> asked)
    {
        foreach (string tag in asked)
        {
            if (has is null || !has.Contains(tag, StringComparer.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }

    private async ValueTask<Answer> ChecksAsync(ApiCall call, string missing, Func<string, List<Topic>, IEnumerable<(HealthCheck, NodeRow)>> find)
    {
        QueryOptions options = QueryOptions.Parse(call);
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest(missing);
        try
        {
            options.RequireDatacenter(state.Identity.Datacenter);
            Func<HealthCheck, bool> matches = Filter.Compile(options.Filter, FilterSchemas.Check);
            Authority authority = call.Authority;
            QueryAnswer<(HealthCheck Check, NodeRow Node)[]> found = await reads.RunAsync(
                call, options, watch => QueryAnswer.Of(state.Catalog.ChecksIndex, find(call.Rest, watch).ToArray()));
            IReadOnlyList<HealthCheck> checks =
            [
                .. found.Value.Where(row => NodeMeta.Matches(row.Node.Node.Meta, options.NodeMeta)).Select(row => row.Check)
                    .Where(check => authority.Check(check.Node, check.ServiceName) && matches(check)),
            ];
            return IndexedReads.Mark(Answer.Json(checks, ConsulJson.Default.IReadOnlyListHealthCheck), found.Index, consistency: options.Consistency);
        }
        catch (RefusedException e)
        {
            throw IndexedReads.MarkError(e);
        }
    }

    private IEnumerable<(HealthCheck, NodeRow)> ChecksOfService(string name, List<Topic> watch)
    {
        watch.Add(Topic.ServiceChecks(name));
        return state.Catalog.ChecksOf(name).Select(check => (check, state.Catalog.Nodes[check.Node]));
    }

    private IEnumerable<(HealthCheck, NodeRow)> ChecksOfNode(string name, List<Topic> watch)
    {
        watch.Add(Topic.Checks);
        return state.Catalog.Nodes.TryGetValue(name, out NodeRow? node) ? node.Checks.Values.Select(check => (check, node)) : [];
    }

    private IEnumerable<(HealthCheck, NodeRow)> ChecksInState(string status, List<Topic> watch)
    {
        watch.Add(Topic.Checks);
        return state.Catalog.Nodes.Values
            .SelectMany(node => node.Checks.Values, (node, check) => (check, node))
            .Where(row => status == "any" || row.check.Status == status);
    }
}

/// <summary>The parameter ?node-meta: name:value pairs that a node must have.</summary>
internal static class NodeMeta
{
    public static bool Matches(IReadOnlyDictionary<string, string>? meta, IReadOnlyList<string> asked)
    {
        foreach (string pair in asked)
        {
            int colon = pair.IndexOf(':', StringComparison.Ordinal);
            (string name, string value) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
            if (meta is null || !meta.TryGetValue(name, out string? has) || has != value)
                return false;
        }

        return true;
    }
}
