using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/catalog/*: reading nodes and services.</summary>
internal sealed class CatalogEndpoints(RegistryState state, IndexedReads reads)
{
    public void Map(Router router)
    {
        router.Map("/v1/catalog/datacenters", ("GET", _ => new(Answer.Json([state.Identity.Datacenter], ConsulJson.Default.IReadOnlyListString))));
        router.Map("/v1/catalog/nodes", ("GET", call => ReadAsync(call, NodesAsync)));
        router.Map("/v1/catalog/services", ("GET", call => ReadAsync(call, ServicesAsync)));
        router.Map("/v1/catalog/service/", ("GET", call => Named(call, "Missing service name", ServiceAsync)));
        router.Map("/v1/catalog/node/", ("GET", call => Named(call, "Missing node name", NodeAsync)));
    }

    private ValueTask<Answer> Named(ApiCall call, string missing, Func<ApiCall, QueryOptions, ValueTask<Answer>> read) =>
        call.Rest.Length > 0 ? ReadAsync(call, read) : throw RefusedException.BadRequest(missing);

    private async ValueTask<Answer> ReadAsync(ApiCall call, Func<ApiCall, QueryOptions, ValueTask<Answer>> read)
    {
        QueryOptions options = QueryOptions.Parse(call);
        try
        {
            options.RequireDatacenter(state.Identity.Datacenter);
            // An unknown token is refused before a wait begins.
            _ = call.Authority;
            return await read(call, options);
        }
        catch (RefusedException e)
        {
            throw IndexedReads.MarkError(e);
        }
    }

    private async ValueTask<Answer> NodesAsync(ApiCall call, QueryOptions options)
    {
        Func<CatalogNode, bool> matches = Filter.Compile(options.Filter, FilterSchemas.Node);
        QueryAnswer<CatalogNode[]> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.Nodes);
            return QueryAnswer.Of(state.Catalog.NodesIndex, state.Catalog.Nodes.Values.Select(row => row.Node).ToArray());
        });
        IReadOnlyList<CatalogNode> nodes = [.. found.Value.Where(node => call.Authority.Node(node.Node, Access.Read) && NodeMeta.Matches(node.Meta, options.NodeMeta) && matches(node))];
        return IndexedReads.Mark(Answer.Json(nodes, ConsulJson.Default.IReadOnlyListCatalogNode), found.Index, consistency: options.Consistency);
    }

    private async ValueTask<Answer> ServicesAsync(ApiCall call, QueryOptions options)
    {
        QueryAnswer<(CatalogNode Node, CatalogServiceInstance Service)[]> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.Services);
            return QueryAnswer.Of(state.Catalog.ServicesIndex, Rows(state.Catalog.Services.Values));
        });
        // Tags in the order they are first met, each once.
        var tagsByName = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach ((CatalogNode node, CatalogServiceInstance service) in found.Value)
        {
            if (!NodeMeta.Matches(node.Meta, options.NodeMeta) || !call.Authority.Service(service.Service, Access.Read))
                continue;
            if (!tagsByName.TryGetValue(service.Service, out List<string>? tags))
                tagsByName.Add(service.Service, tags = []);
            tags.AddRange((service.Tags ?? []).Except(tags, StringComparer.Ordinal));
        }

        IReadOnlyDictionary<string, IReadOnlyList<string>> services =
            tagsByName.ToDictionary(pair => pair.Key, IReadOnlyList<string> (pair) => [.. pair.Value]);
        return IndexedReads.Mark(
            Answer.Json(services, ConsulJson.Default.IReadOnlyDictionaryStringIReadOnlyListString), found.Index, consistency: options.Consistency);
    }

    private async ValueTask<Answer> ServiceAsync(ApiCall call, QueryOptions options)
    {
        string name = call.Rest;
        Func<CatalogService, bool> matches = Filter.Compile(options.Filter, FilterSchemas.CatalogService);
        IReadOnlyList<string> tags = call.Query.All("tag");
        QueryAnswer<(CatalogNode Node, CatalogServiceInstance Service)[]> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.ServiceInstances(name));
            return QueryAnswer.Of(
                state.Catalog.IndexOf(name), state.Catalog.Services.TryGetValue(name, out ServiceSet? set) ? Rows([set]) : []);
        });
        IReadOnlyList<CatalogService> services =
        [
            .. found.Value
                .Where(row => call.Authority.Check(row.Node.Node, row.Service.Service)
                    && NodeMeta.Matches(row.Node.Meta, options.NodeMeta) && HealthEndpoints.HasTags(row.Service.Tags, tags))
                .Select(row => Flat(row.Node, row.Service))
                .Where(matches),
        ];
        return IndexedReads.Mark(Answer.Json(services, ConsulJson.Default.IReadOnlyListCatalogService), found.Index, consistency: options.Consistency);
    }

    private async ValueTask<Answer> NodeAsync(ApiCall call, QueryOptions options)
    {
        Func<CatalogServiceInstance, bool> matches = Filter.Compile(options.Filter, FilterSchemas.Instance);
        QueryAnswer<(CatalogNode? Node, CatalogServiceInstance[] Services)> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.Node(call.Rest));
            return state.Catalog.Nodes.TryGetValue(call.Rest, out NodeRow? row)
                ? new QueryAnswer<(CatalogNode?, CatalogServiceInstance[])>(
                    Math.Max(state.Catalog.NodesIndex, state.Catalog.ServicesIndex),
                    (row.Node, row.Services.Values.Select(service => service.Service).ToArray()))
                : new(0, (null, []));
        });
        Answer answer = found.Value.Node is not { } node || !call.Authority.Node(node.Node, Access.Read)
            ? Answer.Json("null"u8)
            : Answer.Json(
                new CatalogNodeServices
                {
                    Node = node,
                    Services = new SortedDictionary<string, CatalogServiceInstance>(
                        found.Value.Services.Where(service => call.Authority.Service(service.Service, Access.Read) && matches(service)).ToDictionary(
                            service => service.ID, service => service with { Tags = service.Tags ?? [] }),
                        StringComparer.Ordinal),
                },
                ConsulJson.Default.CatalogNodeServices);
        return IndexedReads.Mark(answer, found.Index, consistency: options.Consistency);
    }

    private static (CatalogNode, CatalogServiceInstance)[] Rows(IEnumerable<ServiceSet> sets) =>
        [.. sets.SelectMany(set => set.Rows.Values).Select(row => (row.Node.Node, row.Service))];

    private static CatalogService Flat(CatalogNode node, CatalogServiceInstance service) => new()
    {
        ID = node.ID,
        Node = node.Node,
        Address = node.Address,
        Datacenter = node.Datacenter,
        TaggedAddresses = node.TaggedAddresses,
        NodeMeta = node.Meta,
        ServiceKind = service.Kind ?? "",
        ServiceID = service.ID,
        ServiceName = service.Service,
        ServiceTags = service.Tags ?? [],
        ServiceAddress = service.Address,
        ServiceTaggedAddresses = service.TaggedAddresses,
        ServiceWeights = service.Weights,
        ServiceMeta = service.Meta ?? new Dictionary<string, string>(),
        ServicePort = service.Port,
        ServiceSocketPath = service.SocketPath ?? "",
        ServiceEnableTagOverride = service.EnableTagOverride,
        CreateIndex = service.CreateIndex,
        ModifyIndex = service.ModifyIndex,
    };
}
