using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/kv: reading, listing, writing, locking and deleting keys.</summary>
internal sealed class KeyEndpoints(RegistryState state, IndexedReads reads)
{
    /// <summary>The longest value, in bytes.</summary>
    public const int MaxValue = 512 * 1024;

    public void Map(Router router) =>
        router.Map("/v1/kv/", ("GET", ReadAsync), ("PUT", WriteAsync), ("DELETE", DeleteAsync));

    private ValueTask<Answer> ReadAsync(ApiCall call)
    {
        QueryOptions options = QueryOptions.Parse(call);
        options.RequireDatacenter(state.Identity.Datacenter);
        _ = call.Authority;
        if (call.Query.Has("keys"))
            return KeysAsync(call, options);
        if (call.Query.Has("recurse"))
            return ListAsync(call, options);
        RequireKey(call);
        ApiCall.Require(call.Authority.Key(call.Rest, Access.Read));
        return OneAsync(call, options);
    }

    private async ValueTask<Answer> OneAsync(ApiCall call, QueryOptions options)
    {
        string key = call.Rest;
        QueryAnswer<KVPair?> found = await reads.RunAsync(call, options, watch =>
        {
            watch.Add(Topic.Key(key));
            KVPair? pair = state.Keys.Find(key);
            // A missing key has the table's index, but only its creation ends a wait for it.
            return new QueryAnswer<KVPair?>(pair?.ModifyIndex ?? state.Keys.Index, pair, Missing: pair is null, RefreshesAtTimeout: true);
        });
        if (found.Value is null)
            return IndexedReads.Mark(Answer.Empty(404), found.Index);
        if (!call.Query.Has("raw"))
            return IndexedReads.Mark(Answer.Json([found.Value], ConsulJson.Default.IReadOnlyListKVPair), found.Index);
        // A browser must not run what is stored here.
        Answer raw = Answer.Bytes(200, "text/plain", found.Value.Value)
            .With("X-Content-Type-Options", "nosniff")
            .With("Content-Security-Policy", "sandbox");
        return IndexedReads.Mark(raw, found.Index);
    }

    private async ValueTask<Answer> ListAsync(ApiCall call, QueryOptions options)
    {
        QueryAnswer<IReadOnlyList<KVPair>> found = await reads.RunAsync(call, options, watch => Below(call.Rest, watch));
        IReadOnlyList<KVPair> pairs = Readable(call, found.Value);
        return IndexedReads.Mark(
            pairs.Count == 0 ? Answer.Empty(404) : Answer.Json(pairs, ConsulJson.Default.IReadOnlyListKVPair), found.Index);
    }

    private async ValueTask<Answer> KeysAsync(ApiCall call, QueryOptions options)
    {
        string separator = call.Query.Has("separator") ? call.Query.Get("separator") : call.Query.Get("seperator");
        QueryAnswer<IReadOnlyList<KVPair>> found = await reads.RunAsync(call, options, watch => Below(call.Rest, watch));
        List<string> keys = Fold(Readable(call, found.Value), call.Rest.Length, separator);
        return IndexedReads.Mark(
            keys.Count == 0 && call.Rest.Length > 0 ? Answer.Empty(404) : Answer.Json(keys, ConsulJson.Default.IReadOnlyListString), found.Index);
    }

    private static IReadOnlyList<KVPair> Readable(ApiCall call, IReadOnlyList<KVPair> pairs) =>
        call.Authority == Authority.All ? pairs : [.. pairs.Where(pair => call.Authority.Key(pair.Key, Access.Read))];

    private QueryAnswer<IReadOnlyList<KVPair>> Below(string prefix, List<Topic> watch)
    {
        IReadOnlyList<KVPair> pairs = state.Keys.Below(prefix);
        ulong index = state.Keys.IndexOf(prefix, pairs, out bool isTables);
        watch.Add(isTables ? Topic.Keys : Topic.KeyPrefix(prefix));
        return QueryAnswer.Of(index, pairs);
    }

    /// <summary>The keys, cut after the first separator behind the prefix, each once.</summary>
    private static List<string> Fold(IReadOnlyList<KVPair> pairs, int prefixLength, string separator)
    {
        var keys = new List<string>(pairs.Count);
        foreach (KVPair pair in pairs)
        {
            int cut = separator.Length == 0 ? -1 : pair.Key.IndexOf(separator, prefixLength, StringComparison.Ordinal);
            string key = cut < 0 ? pair.Key : pair.Key[..(cut + separator.Length)];
            if (keys.Count == 0 || keys[^1] != key)
                keys.Add(key);
        }

        return keys;
    }

    private async ValueTask<Answer> WriteAsync(ApiCall call)
    {
        QueryOptions.Parse(call).RequireDatacenter(state.Identity.Datacenter);
        RequireKey(call);
        RefuseConflicts(call, "cas", "acquire", "release");
        ulong flags = Number(call, "flags") ?? 0;
        ulong? cas = Number(call, "cas");
        byte[] value = (await call.ReadBodyAsync(
            MaxValue,
            bytes => $"Request body({bytes} bytes) too large, max size: {MaxValue} bytes. "
                + "See https://www.consul.io/docs/agent/options.html#kv_max_value_size.")).ToArray();
        ApiCall.Require(call.Authority.Key(call.Rest, Access.Write));
        using Change change = state.BeginChange();
        try
        {
            bool written =
                cas is { } index ? state.KeyWriter.SetIf(change, call.Rest, value, flags, index) is not null
                : call.Query.Has("acquire") ? state.KeyWriter.Lock(change, call.Rest, value, flags, call.Query.Get("acquire")) is not null
                : call.Query.Has("release") ? state.KeyWriter.Unlock(change, call.Rest, value, flags, call.Query.Get("release")) is not null
                : state.KeyWriter.Set(change, call.Rest, value, flags) is not null;
            return Verdict(written);
        }
        catch (StateException e)
        {
            throw RefusedException.Failed($"raft apply failed: {e.Message}");
        }
    }

    private ValueTask<Answer> DeleteAsync(ApiCall call)
    {
        QueryOptions.Parse(call).RequireDatacenter(state.Identity.Datacenter);
        RefuseConflicts(call, "recurse", "cas");
        bool recurse = call.Query.Has("recurse");
        if (!recurse)
            RequireKey(call);
        ulong? cas = Number(call, "cas");
        ApiCall.Require(recurse ? call.Authority.KeysBelow(call.Rest) : call.Authority.Key(call.Rest, Access.Write));
        using Change change = state.BeginChange();
        if (recurse)
            state.KeyWriter.DeleteBelow(change, call.Rest);
        else if (cas is { } index)
            return new(Verdict(state.KeyWriter.DeleteIf(change, call.Rest, index)));
        else
            state.KeyWriter.Delete(change, call.Rest);
        return new(Verdict(true));
    }

    private static Answer Verdict(bool done) => Answer.Json(done ? "true"u8 : "false"u8);

    private static void RequireKey(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing key name");
    }

    private static void RefuseConflicts(ApiCall call, params ReadOnlySpan<string> names)
    {
        int given = 0;
        foreach (string name in names)
            given += call.Query.Has(name) ? 1 : 0;
        if (given > 1)
            throw RefusedException.BadRequest($"Conflicting flags: {call.Query.Encode()}");
    }

    private static ulong? Number(ApiCall call, string name)
    {
        if (!call.Query.Has(name))
            return null;
        string text = call.Query.Get(name);
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            return ulong.TryParse(text, out ulong number)
                ? number
                : throw RefusedException.Failed($"strconv.ParseUint: parsing \"{text}\": value out of range");
        }

        throw RefusedException.Failed($"strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }
}
