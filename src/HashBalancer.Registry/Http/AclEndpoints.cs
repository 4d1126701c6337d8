namespace HashBalancer.Registry;

/// <summary>/v1/acl/*: policies and tokens, as far as an agent's clients need them for tests of their rights.</summary>
internal sealed class AclEndpoints(RegistryState state)
{
    public void Map(Router router)
    {
        router.Map("/v1/acl/policies", ("GET", call => Read(call, Policies)));
        router.Map("/v1/acl/policy", ("PUT", call => WriteAsync(call, AddPolicyAsync)));
        router.Map("/v1/acl/tokens", ("GET", call => Read(call, Tokens)));
        router.Map("/v1/acl/token", ("PUT", call => WriteAsync(call, AddTokenAsync)));
        router.Map("/v1/acl/token/", ("DELETE", call => WriteAsync(call, RemoveTokenAsync)));
        router.Map("/v1/acl/token/self", ("GET", Self));
        router.Map("/v1/acl/bootstrap", ("PUT", call => WriteAsync(call, _ => throw new RefusedException(403, "Permission denied: ACL bootstrap no longer allowed (reset index: 1)"))));
    }

    private ValueTask<Answer> Read(ApiCall call, Func<Answer> read)
    {
        RequireOn();
        try
        {
            ApiCall.Require(call.Authority.Acl(Access.Read));
        }
        catch (RefusedException e)
        {
            throw IndexedReads.MarkError(e);
        }

        return new(IndexedReads.Mark(state.Read(read), Math.Max(1, state.Read(() => state.Acl.Index))));
    }

    private ValueTask<Answer> WriteAsync(ApiCall call, Endpoint write)
    {
        RequireOn();
        ApiCall.Require(call.Authority.Acl(Access.Write));
        return write(call);
    }

    private Answer Policies() => Answer.Json([.. state.Acl.Policies], RegistryJson.Default.IReadOnlyListAclPolicy);

    private Answer Tokens() => Answer.Json([.. state.Acl.Tokens], RegistryJson.Default.IReadOnlyListAclToken);

    private ValueTask<Answer> Self(ApiCall call)
    {
        RequireOn();
        (AclToken? token, ulong index) = state.Read(() => (state.Acl.Find(call.Token), Math.Max(1, state.Acl.Index)));
        Answer answer = token is null ? Answer.Text(403, "ACL not found") : Answer.Json(token, RegistryJson.Default.AclToken);
        return new(IndexedReads.Mark(answer, index));
    }

    private async ValueTask<Answer> AddPolicyAsync(ApiCall call)
    {
        PolicyRequest request = await call.ReadJsonAsync(PolicyRequest.Body);
        using Change change = state.BeginChange();
        return Answer.Json(
            state.Acl.AddPolicy(change, request.Name, request.Description, request.Rules), RegistryJson.Default.AclPolicy);
    }

    private async ValueTask<Answer> AddTokenAsync(ApiCall call)
    {
        TokenRequest request = await call.ReadJsonAsync(TokenRequest.Body);
        using Change change = state.BeginChange();
        return Answer.Json(state.Acl.AddToken(change, request.Description, request.Policies), RegistryJson.Default.AclToken);
    }

    private ValueTask<Answer> RemoveTokenAsync(ApiCall call)
    {
        using Change change = state.BeginChange();
        state.Acl.RemoveToken(change, call.Rest);
        return new(Answer.Json("true"u8));
    }

    private void RequireOn()
    {
        if (!state.Acl.IsOn)
            throw new RefusedException(401, "ACL support disabled");
    }

    private sealed class PolicyRequest
    {
        public string Name { get; private set; } = "";

        public string Description { get; private set; } = "";

        public string Rules { get; private set; } = "";

        public static GoStruct<PolicyRequest> Body { get; } = new GoStruct<PolicyRequest>("structs.ACLPolicy")
            .Text("Name", (p, v) => p.Name = v)
            .Text("Description", (p, v) => p.Description = v)
            .Text("Rules", (p, v) => p.Rules = v);
    }

    private sealed class TokenRequest
    {
        public string Description { get; private set; } = "";

        public IReadOnlyList<AclLink> Policies { get; private set; } = [];

        public static GoStruct<TokenRequest> Body { get; } = new GoStruct<TokenRequest>("structs.ACLToken")
            .Text("Description", (t, v) => t.Description = v)
            .Flag("Local", (_, _) => { })
            .List("Policies", LinkRequest.Body, "[]structs.ACLTokenPolicyLink", (t, v) =>
                t.Policies = [.. v.Select(link => new AclLink { ID = link.Id, Name = link.Name })]);
    }

    private sealed class LinkRequest
    {
        public string Id { get; private set; } = "";

        public string Name { get; private set; } = "";

        public static GoStruct<LinkRequest> Body { get; } = new GoStruct<LinkRequest>("structs.ACLTokenPolicyLink")
            .Text("ID", (l, v) => l.Id = v)
            .Text("Name", (l, v) => l.Name = v);
    }
}
