using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/catalog/register and deregister: direct writes, for nodes that no agent speaks for.</summary>
internal sealed class CatalogWriteEndpoints(RegistryState state)
{
    public void Map(Router router)
    {
        router.Map("/v1/catalog/register", ("PUT", RegisterAsync));
        router.Map("/v1/catalog/deregister", ("PUT", DeregisterAsync));
    }

    private async ValueTask<Answer> RegisterAsync(ApiCall call)
    {
        CatalogRequest request = await call.ReadJsonAsync(CatalogRequest.Registration);
        request.RequireDatacenter(state.Identity.Datacenter);
        if (request.Node.Length == 0)
            throw RefusedException.Failed("Must provide node");
        if (request.Address.Length == 0 && !request.SkipNodeUpdate)
            throw RefusedException.Failed("Must provide address if SkipNodeUpdate is not set");
        if (request.Service is { Service: "", ID.Length: > 0 })
            throw RefusedException.Failed("Must provide service name with ID");
        ApiCall.Require(request.MayWrite(call.Authority));
        using Change change = state.BeginChange();
        change.BeginAtomic();
        try
        {
            CatalogNode? before = state.Catalog.Nodes.GetValueOrDefault(request.Node)?.Node;
            NodeRow node = request.SkipNodeUpdate && before is not null
                ? state.Catalog.Nodes[request.Node]
                : state.Writer.EnsureNode(change, request.ToNode(state.Identity.Datacenter, before?.ID ?? ""));
            if (request.Service is { } service && (service.Service.Length > 0 || service.ID.Length > 0))
                state.Writer.EnsureService(change, node, service);
            foreach (HealthCheck check in request.AllChecks)
                Insert(change, node, check);
        }
        catch (StateException)
        {
            change.RollBack();
            throw;
        }

        return Answer.Json("true"u8);
    }

    private void Insert(Change change, NodeRow node, HealthCheck check)
    {
        try
        {
            state.Writer.EnsureCheck(change, node, check with { CheckID = check.CheckID.Length > 0 ? check.CheckID : check.Name });
        }
        catch (StateException e)
        {
            throw new StateException($"failed inserting check: {e.Message}");
        }
    }

    private async ValueTask<Answer> DeregisterAsync(ApiCall call)
    {
        CatalogRequest request = await call.ReadJsonAsync(CatalogRequest.Deregistration);
        request.RequireDatacenter(state.Identity.Datacenter);
        if (request.Node.Length == 0)
            throw RefusedException.Failed("Must provide node");
        ApiCall.Require(call.Authority.Node(request.Node, Access.Write));
        using (Change change = state.BeginChange())
        {
            if (request.ServiceId.Length == 0 && request.CheckId.Length == 0)
            {
                state.Writer.RemoveNode(change, request.Node);
            }
            else if (state.Catalog.Nodes.TryGetValue(request.Node, out NodeRow? node))
            {
                if (request.ServiceId.Length > 0)
                    state.Writer.RemoveService(change, node, request.ServiceId);
                else
                    state.Writer.RemoveCheck(change, node, request.CheckId);
            }
        }

        return Answer.Json("true"u8);
    }
}
