using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Sends copies of a pool's requests to another pool: on their own way, whatever becomes of them, so that the request itself is neither
/// delayed nor fails for it.</summary>
/// <remarks>
/// <para>A copy is chosen by its key, so that the other pool's nodes get some keys wholly and their caches work as they will. It is made from the request
/// where that is at hand, before it is sent or, if it has a body, after that was forwarded; it goes out from the thread pool. It passes
/// the other pool's admission, whose callers it must not delay either, and has <see cref="MirrorPolicy.MaxInFlight"/> in its place.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed class Mirroring(
    PoolPolicies pools, SnapshotStore snapshots, NodeSelector selector, IProxyStateLookup clusters, SeededSequence chance, TryLedger ledger, UnixClients unix, TimeProvider time)
{
    /// <summary>The field that tells a node that its answer is dropped; its value is the pool that the request was for.</summary>
    public const string Header = "X-HashBalancer-Mirrored-From";

    /// <summary>Draws for copies have nothing to do with those for splits, which are salted by names.</summary>
    private const ulong Salt = 0x6D6972726F72;

    /// <summary>Sends the copy of a request that has no body, and prepares that of one that has.</summary>
    /// <returns>Whether <see cref="Finish"/> is to be called once the request is done.</returns>
    public async ValueTask<bool> Begin(HttpContext context, IReverseProxyFeature proxy, Pool pool, MirrorPolicy policy, ulong? hash)
    {
        HttpRequest request = context.Request;
        if (KeyDraw.Of(hash ?? chance.Next(), Salt) >= policy.Share || (policy.Routes.Count > 0 && !policy.Routes.Contains(proxy.Route.Config.RouteId, StringComparer.OrdinalIgnoreCase)))
            return false;
        if (!(policy.UnsafeMethods || SafeMethods.Has(request.Method)) || request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method))
        {
            pool.Runtime.Traffic.Count(policy.Pool!, MirrorResult.Method);
            return false;
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true } || request.ContentLength is 0)
        {
            await Send(context, proxy, pool, policy, body: null);
            return false;
        }

        if (request.ContentLength is not { } length || length > policy.MaxBufferedBody)
        {
            pool.Runtime.Traffic.Count(policy.Pool!, MirrorResult.Body);
            return false;
        }

        KeptBody.Keep(context, policy.MaxBufferedBody);
        return true;
    }

    /// <summary>Sends the copy of a request with a body, all of which was kept while it was forwarded.</summary>
    public async ValueTask Finish(HttpContext context, IReverseProxyFeature proxy, Pool pool, MirrorPolicy policy)
    {
        if (await KeptBody.WholeOf(context) is { } body)
            await Send(context, proxy, pool, policy, body);
        else
            pool.Runtime.Traffic.Count(policy.Pool!, MirrorResult.Body);
    }

    private async ValueTask Send(HttpContext context, IReverseProxyFeature proxy, Pool pool, MirrorPolicy policy, byte[]? body)
    {
        TrafficCounts counts = pool.Runtime.Traffic;
        if (!counts.TryBeginMirror(policy.MaxInFlight))
        {
            counts.Count(policy.Pool!, MirrorResult.Busy);
            return;
        }

        Copy? copy = null;
        try
        {
            copy = await CopyOf(context, proxy, pool, policy, body);
        }
        catch (Exception) // What an application's own transforms throw: the request itself will meet it again, or has.
        {
            counts.Count(policy.Pool!, MirrorResult.Failed);
        }

        if (copy is null)
            counts.EndMirror();
        else
            ThreadPool.UnsafeQueueUserWorkItem(static copy => _ = copy.Mirroring.Run(copy), copy, preferLocal: false);
    }

    /// <summary>The copy with the node that it goes to; null, and counted, when there is none.</summary>
    private async ValueTask<Copy?> CopyOf(HttpContext context, IReverseProxyFeature proxy, Pool pool, MirrorPolicy policy, byte[]? body)
    {
        NodeWalk walk = default;
        NodeSelection selection = default;
        if (pools.TryGetPool(policy.Pool!, out Pool? to) && snapshots.Current.Pools.TryGetValue(to.Name, out PoolSnapshot? view))
        {
            walk = to.WalkOf(view, to.Policy.HashKeys.TryHash(context, out ulong hash) ? hash : null, SafeMethods.Has(context.Request.Method), time);
            selection = selector.Next(ref walk);
        }

        if (selection.Node is null || !clusters.TryGetCluster(to!.Name, out ClusterState? cluster))
        {
            pool.Runtime.Traffic.Count(policy.Pool!, MirrorResult.NoNode);
            return null;
        }

        ForwarderRequestConfig? config = cluster.Model.Config.HttpRequest;
        var message = new HttpRequestMessage
        {
            Method = HttpMethod.Parse(context.Request.Method),
            Content = body is null ? null : new ByteArrayContent(body),
            Version = config?.Version ?? System.Net.HttpVersion.Version11,
            VersionPolicy = config?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
        };
        (HttpMessageInvoker client, string address) = unix.Of(selection.Node.Address, cluster.Model.HttpClient);
        await proxy.Route.Transformer.TransformRequestAsync(context, message, address, CancellationToken.None);
        message.RequestUri ??= RequestUtilities.MakeDestinationAddress(address, context.Request.Path, context.Request.QueryString);
        message.Headers.ExpectContinue = false;
        message.Headers.TryAddWithoutValidation(Header, pool.Name);
        return new Copy(this, pool, to, policy, walk.View, selection, message, client);
    }

    private async Task Run(Copy copy)
    {
        MirrorResult result = MirrorResult.Failed;
        Outcome outcome = Outcome.Failed;
        copy.To.Runtime.Count(copy.Selection.Reason);
        TryLedger.Begin(copy.To, copy.Selection);
        long begun = time.GetTimestamp();
        using var limit = new CancellationTokenSource(copy.Policy.Timeout, time);
        try
        {
            using HttpRequestMessage message = copy.Message;
            using HttpResponseMessage response = await copy.Client.SendAsync(message, limit.Token);
            await response.Content.CopyToAsync(Stream.Null, limit.Token);
            outcome = Outcomes.OfStatus((int)response.StatusCode);
            result = MirrorResult.Answered;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            result = MirrorResult.TimedOut;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            result = MirrorResult.Failed;
        }
        finally
        {
            ledger.End(copy.To, copy.View, copy.Selection.Node!, outcome, begun);
            copy.From.Runtime.Traffic.EndMirror();
            copy.From.Runtime.Traffic.Count(copy.Policy.Pool!, result);
        }
    }

    private sealed record Copy(
        Mirroring Mirroring, Pool From, Pool To, MirrorPolicy Policy, PoolSnapshot View, NodeSelection Selection, HttpRequestMessage Message, HttpMessageInvoker Client);
}
