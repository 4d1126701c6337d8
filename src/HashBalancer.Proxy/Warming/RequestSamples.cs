using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

/// <summary>A GET request that was served lately, as it may be sent again by nobody's order: without cookies and credentials.</summary>
/// <param name="Hash">Its key's hash.</param>
/// <param name="PathAndQuery">What was asked for, encoded.</param>
/// <param name="Headers">The fields that its key came from.</param>
internal sealed record RequestSample(ulong Hash, string PathAndQuery, (string Name, string? Value)[] Headers)
{
}

/// <summary>Some of the latest GET requests of a pool: what a node that comes to it will be asked for.</summary>
/// <remarks>Thread-safe. One request in sixteen is taken, a hot key's in proportion; what is not taken costs an interlocked increment, and no allocation.</remarks>
internal sealed class RequestSamples
{
    private const int OneIn = 16;

    // Scatters, so that requests that come in a fixed order are not always the same ones.
    private const ulong Scatter = 0x9E3779B97F4A7C15;

    private readonly RequestSample?[] _latest;
    private readonly string[] _headers;
    private ulong _seen;
    private uint _taken;

    /// <param name="most">How many are kept.</param>
    /// <param name="sources">The pool's hash keys as they were written: header fields among them are taken along.</param>
    public RequestSamples(int most, IReadOnlyList<string> sources)
    {
        _latest = new RequestSample?[most];
        _headers = [.. sources.SelectMany(source => source.Split('+')).Where(part => part.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(part => part[HeaderPrefix.Length..]).Distinct(StringComparer.OrdinalIgnoreCase)];
        Sources = sources;
    }

    private const string HeaderPrefix = "header:";

    /// <summary>The pool's hash keys that these were taken by.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>How many are kept.</summary>
    public int Most => _latest.Length;

    /// <summary>Takes a request, or not.</summary>
    public void Offer(HttpContext context, ulong hash)
    {
        ulong seen = Interlocked.Increment(ref _seen);
        if ((seen * Scatter) >> 60 != 0 && seen > OneIn)
            return;
        if (!HttpMethods.IsGet(context.Request.Method))
            return;
        var headers = new (string, string?)[_headers.Length];
        for (int i = 0; i < headers.Length; i++)
            headers[i] = (_headers[i], context.Request.Headers.TryGetValue(_headers[i], out StringValues value) ? value.ToString() : null);
        uint place = Interlocked.Increment(ref _taken) % (uint)_latest.Length;
        Volatile.Write(ref _latest[place], new RequestSample(hash, context.Request.GetEncodedPathAndQuery(), headers));
    }

    /// <summary>The requests whose key a node will own, the most frequent first, each once.</summary>
    /// <param name="view">The pool as it is.</param>
    /// <param name="node">The node that comes.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<RequestSample> For(PoolSnapshot view, Node node, int most)
    {
        List<RingMember> members = [new(node.Id, node.Weight)];
        for (int slot = 0; slot < view.Ring.SlotCount; slot++)
        {
            if (view.Ring.MemberAt(slot) is { } member && member.Id != node.Id)
                members.Add(member);
        }

        HashRing ring = view.Ring.WithMembers(members);
        Dictionary<(ulong, string), (RequestSample Sample, int Times)> found = [];
        for (int i = 0; i < _latest.Length; i++)
        {
            if (Volatile.Read(ref _latest[i]) is not { } sample || ring.MemberAt(ring.Owner(sample.Hash))?.Id != node.Id)
                continue;
            (ulong, string) what = (sample.Hash, sample.PathAndQuery);
            found[what] = (sample, found.GetValueOrDefault(what).Times + 1);
        }

        return [.. found.Values.OrderByDescending(one => one.Times).ThenBy(one => one.Sample.Hash).Take(most).Select(one => one.Sample)];
    }
}
