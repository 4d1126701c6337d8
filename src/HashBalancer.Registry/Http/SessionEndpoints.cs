using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/session/*.</summary>
internal sealed class SessionEndpoints(RegistryState state, IndexedReads reads)
{
    public void Map(Router router)
    {
        router.Map("/v1/session/create", ("PUT", CreateAsync));
        router.Map("/v1/session/destroy/", ("PUT", DestroyAsync));
        router.Map("/v1/session/renew/", ("PUT", RenewAsync));
        router.Map("/v1/session/info/", ("GET", call => Named(call, "Missing session", InfoAsync)));
        router.Map("/v1/session/node/", ("GET", call => Named(call, "Missing node name", NodeAsync)));
        router.Map("/v1/session/list", ("GET", call => ReadAsync(call, _ => true)));
    }

    private async ValueTask<Answer> CreateAsync(ApiCall call)
    {
        QueryOptions.Parse(call).RequireDatacenter(state.Identity.Datacenter);
        SessionEntry entry = await ReadRequestAsync(call);
        ApiCall.Require(call.Authority.Session(entry.Node, Access.Write));
        using Change change = state.BeginChange();
        try
        {
            return Answer.Json(new SessionCreated { ID = state.Sessions.Create(change, entry).ID }, ConsulJson.Default.SessionCreated);
        }
        catch (StateException e)
        {
            throw RefusedException.Failed($"apply failed: {e.Message}");
        }
    }

    private async ValueTask<SessionEntry> ReadRequestAsync(ApiCall call)
    {
        ReadOnlyMemory<byte> body = await call.ReadBodyAsync();
        var request = new SessionRequest();
        if (!body.IsEmpty)
        {
            try
            {
                request = SessionRequest.Body.Read(body.Span);
            }
            catch (GoJsonException e)
            {
                throw RefusedException.BadRequest($"Request decode failed: {e.Message}");
            }
        }

        return request.ToEntry(state.Identity.NodeName);
    }

    private ValueTask<Answer> DestroyAsync(ApiCall call)
    {
        RequireId(call);
        Authority authority = call.Authority;
        using Change change = state.BeginChange();
        try
        {
            if (state.Sessions.Find(call.Rest) is { } entry)
                ApiCall.Require(authority.Session(entry.Node, Access.Write));
            state.Sessions.Destroy(change, call.Rest);
        }
        catch (StateException e)
        {
            throw RefusedException.Failed($"apply failed: {e.Message}");
        }

        return new(Answer.Json("true"u8));
    }

    private ValueTask<Answer> RenewAsync(ApiCall call)
    {
        RequireId(call);
        Authority authority = call.Authority;
        if (state.Read(() => state.Sessions.Find(call.Rest)) is { } known)
            ApiCall.Require(authority.Session(known.Node, Access.Write));
        return state.Read(() => state.Sessions.Renew(call.Rest)) is { } entry
            ? new(Answer.Json([entry], ConsulJson.Default.IReadOnlyListSessionEntry))
            : throw new RefusedException(404, $"Session id '{call.Rest}' not found");
    }

    private ValueTask<Answer> InfoAsync(ApiCall call)
    {
        try
        {
            state.Read(() => state.Sessions.Find(call.Rest));
        }
        catch (StateException e)
        {
            throw IndexedReads.MarkError(RefusedException.Failed(e.Message));
        }

        return ReadAsync(call, entry => entry.ID == call.Rest);
    }

    private ValueTask<Answer> NodeAsync(ApiCall call) => ReadAsync(call, entry => entry.Node == call.Rest);

    private async ValueTask<Answer> ReadAsync(ApiCall call, Func<SessionEntry, bool> wanted)
    {
        QueryOptions options = QueryOptions.Parse(call);
        try
        {
            options.RequireDatacenter(state.Identity.Datacenter);
            _ = call.Authority;
        }
        catch (RefusedException e)
        {
            throw IndexedReads.MarkError(e);
        }

        QueryAnswer<SessionEntry[]> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.Sessions);
            return QueryAnswer.Of(state.Sessions.Index, state.Sessions.All.Where(wanted).ToArray());
        });
        IReadOnlyList<SessionEntry> sessions = [.. found.Value.Where(entry => call.Authority.Session(entry.Node, Access.Read))];
        return IndexedReads.Mark(Answer.Json(sessions, ConsulJson.Default.IReadOnlyListSessionEntry), found.Index);
    }

    private static ValueTask<Answer> Named(ApiCall call, string missing, Endpoint read) =>
        call.Rest.Length > 0 ? read(call) : throw RefusedException.BadRequest(missing);

    private static void RequireId(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing session");
    }
}
