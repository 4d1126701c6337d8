using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Runs the operations of a transaction: all of them or none.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class Transaction(RegistryState state, Change change, Authority authority)
{
    private readonly List<TxnResult> _results = [];
    private readonly List<TxnError> _errors = [];

    /// <summary>Runs the operations. When one fails, every one that fails is listed, and what the others did is taken back.</summary>
    public TxnResponse Run(IReadOnlyList<TxnRequest> operations)
    {
        change.BeginAtomic();
        RunEach(operations, Precheck);
        // What the operations say of themselves is looked at before any of them runs.
        if (_errors.Count == 0)
            RunEach(operations, Apply);
        if (_errors.Count == 0)
            return new TxnResponse { Results = [.. _results.Where(MayRead)] };
        change.RollBack();
        return new TxnResponse { Errors = _errors };
    }

    private void RunEach(IReadOnlyList<TxnRequest> operations, Action<TxnRequest> run)
    {
        for (int i = 0; i < operations.Count; i++)
        {
            try
            {
                run(operations[i]);
            }
            catch (StateException e)
            {
                _errors.Add(new TxnError { OpIndex = i, What = e.Message });
            }
        }
    }

    private void Precheck(TxnRequest operation)
    {
        if (operation.Writes && !MayWrite(operation))
            throw new StateException("Permission denied");
        if (operation.Key is not { } key)
            return;
        if (key.Key.Length == 0 && key.Verb is not ("get-tree" or "delete-tree"))
            throw new StateException("Must provide key");
        if (key.Verb == "lock" && state.KeyWriter.IsDelayed(key.Key))
            throw new StateException($"failed to lock key \"{key.Key}\" due to lock delay");
    }

    private bool MayWrite(TxnRequest operation) =>
        operation.Key is { } key ? (key.Verb == "delete-tree" ? authority.KeysBelow(key.Key) : authority.Key(key.Key, Access.Write))
        : operation.Node is { } node ? authority.Node(node.Node.Node, Access.Write)
        : operation.Service is { } service ? MayWriteService(service.Node, service.Service)
        : operation.Check is not { } check || authority.Node(check.Check.Node, Access.Write);

    /// <summary>Who writes an id must have a right to the service it is to be of and to the one it is of.</summary>
    private bool MayWriteService(string node, CatalogServiceInstance service)
    {
        string? now = state.Catalog.Nodes.GetValueOrDefault(node)?.Services.GetValueOrDefault(service.ID)?.Service.Service;
        return authority.Service(now ?? service.Service, Access.Write)
            && (service.Service.Length == 0 || authority.Service(service.Service, Access.Write));
    }

    private bool MayRead(TxnResult result) =>
        result.KV is { } pair ? authority.Key(pair.Key, Access.Read)
        : result.Node is { } node ? authority.Node(node.Node, Access.Read)
        : result.Service is { } service ? authority.Service(service.Service, Access.Read)
        : result.Check is not { } check || authority.Check(check.Node, check.ServiceName);

    private void Apply(TxnRequest operation)
    {
        if (operation.Key is { } key)
            Apply(key);
        else if (operation.Node is { } node)
            Apply(node);
        else if (operation.Service is { } service)
            Apply(service);
        else if (operation.Check is { } check)
            Apply(check);
    }

    private void Apply(TxnRequest.KeyOperation o)
    {
        KVPair? now = state.Keys.Find(o.Key);
        switch (o.Verb)
        {
            case "set":
                Written(state.KeyWriter.Set(change, o.Key, o.Value, o.Flags));
                break;
            case "cas":
                Written(state.KeyWriter.SetIf(change, o.Key, o.Value, o.Flags, o.Index) ?? throw Stale("set key", o.Key));
                break;
            case "lock":
                Written(state.KeyWriter.Lock(change, o.Key, o.Value, o.Flags, o.Session)
                    ?? throw new StateException($"failed to lock key \"{o.Key}\", lock is already held"));
                break;
            case "unlock":
                Written(state.KeyWriter.Unlock(change, o.Key, o.Value, o.Flags, o.Session)
                    ?? throw new StateException($"failed to unlock key \"{o.Key}\", lock isn't held, or is held by another session"));
                break;
            case "get":
                _results.Add(new TxnResult { KV = now ?? throw new StateException($"key \"{o.Key}\" doesn't exist") });
                break;
            case "get-tree":
                _results.AddRange(state.Keys.Below(o.Key).Select(pair => new TxnResult { KV = pair }));
                break;
            case "check-index":
                Written(now ?? throw new StateException($"failed to check index, key \"{o.Key}\" doesn't exist"));
                if (now.ModifyIndex != o.Index)
                    throw new StateException($"failed index check for key \"{o.Key}\", current modify index {now.ModifyIndex} != {o.Index}");
                break;
            case "check-session":
                Written(now ?? throw new StateException($"failed to check session, key \"{o.Key}\" doesn't exist"));
                if ((now.Session ?? "") != o.Session)
                    throw new StateException($"failed session check for key \"{o.Key}\", current session \"{now.Session}\" != \"{o.Session}\"");
                break;
            case "check-not-exists":
                if (now is not null)
                    throw new StateException($"key \"{o.Key}\" exists");
                break;
            case "delete":
                state.KeyWriter.Delete(change, o.Key);
                break;
            case "delete-cas":
                if (!state.KeyWriter.DeleteIf(change, o.Key, o.Index))
                    throw Stale("delete key", o.Key);
                break;
            case "delete-tree":
                state.KeyWriter.DeleteBelow(change, o.Key);
                break;
            default:
                throw new StateException($"unknown KV verb \"{o.Verb}\"");
        }
    }

    private void Apply(TxnRequest.NodeOperation o)
    {
        string name = o.Node.Node;
        CatalogNode? now = state.Catalog.Nodes.GetValueOrDefault(name)?.Node;
        switch (o.Verb)
        {
            case "get":
                _results.Add(new TxnResult { Node = now ?? throw new StateException($"node \"{name}\" doesn't exist") });
                break;
            case "set" or "cas":
                if (o.Verb == "cas" && (now?.ModifyIndex ?? 0) != o.Node.ModifyIndex)
                    throw Stale("set node", name);
                if (name.Length == 0)
                    throw new StateException("Must provide node");
                _results.Add(new TxnResult
                {
                    Node = state.Writer.EnsureNode(change, o.Node with { Datacenter = state.Identity.Datacenter }).Node,
                });
                break;
            case "delete" or "delete-cas":
                if (o.Verb == "delete-cas" && now is not null && now.ModifyIndex != o.Node.ModifyIndex)
                    throw Stale("delete node", name);
                state.Writer.RemoveNode(change, name);
                break;
            default:
                throw new StateException($"unknown Node verb \"{o.Verb}\"");
        }
    }

    private void Apply(TxnRequest.ServiceOperation o)
    {
        string id = o.Service.ID.Length > 0 ? o.Service.ID : o.Service.Service;
        NodeRow? node = state.Catalog.Nodes.GetValueOrDefault(o.Node);
        CatalogServiceInstance? now = node?.Services.GetValueOrDefault(id)?.Service;
        string what = $"service \"{id}\" on node";
        switch (o.Verb)
        {
            case "get":
                _results.Add(new TxnResult { Service = now ?? throw new StateException($"{what} \"{o.Node}\" doesn't exist") });
                break;
            case "set" or "cas":
                if (o.Verb == "cas" && (now?.ModifyIndex ?? 0) != o.Service.ModifyIndex)
                    throw Stale("set " + what, o.Node);
                _results.Add(new TxnResult { Service = state.Writer.EnsureService(change, Required(node), o.Service).Service });
                break;
            case "delete" or "delete-cas":
                if (o.Verb == "delete-cas" && now is not null && now.ModifyIndex != o.Service.ModifyIndex)
                    throw Stale("delete " + what, o.Node);
                if (node is not null)
                    state.Writer.RemoveService(change, node, id);
                break;
            default:
                throw new StateException($"unknown Service verb \"{o.Verb}\"");
        }
    }

    private void Apply(TxnRequest.CheckOperation o)
    {
        string id = o.Check.CheckID;
        NodeRow? node = state.Catalog.Nodes.GetValueOrDefault(o.Check.Node);
        HealthCheck? now = node?.Checks.GetValueOrDefault(id);
        string what = $"check \"{id}\" on node";
        switch (o.Verb)
        {
            case "get":
                _results.Add(new TxnResult { Check = now ?? throw new StateException($"{what} \"{o.Check.Node}\" doesn't exist") });
                break;
            case "set" or "cas":
                if (o.Verb == "cas" && (now?.ModifyIndex ?? 0) != o.Check.ModifyIndex)
                    throw Stale("set " + what, o.Check.Node);
                state.Writer.EnsureCheck(change, Required(node), o.Check);
                _results.Add(new TxnResult { Check = node!.Checks[id] });
                break;
            case "delete" or "delete-cas":
                if (o.Verb == "delete-cas" && now is not null && now.ModifyIndex != o.Check.ModifyIndex)
                    throw Stale("delete " + what, o.Check.Node);
                if (node is not null)
                    state.Writer.RemoveCheck(change, node, id);
                break;
            default:
                throw new StateException($"unknown Check verb \"{o.Verb}\"");
        }
    }

    /// <summary>A pair in a result: only reads show its value.</summary>
    private void Written(KVPair pair) => _results.Add(new TxnResult { KV = pair with { Value = null } });

    private static NodeRow Required(NodeRow? node) => node ?? throw new StateException("Missing node registration");

    private static StateException Stale(string what, string name) => new($"failed to {what} \"{name}\", index is stale");
}
