using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Sends a node that comes to a pool requests like those that it will serve, before clients' ones come, and notes in its load what came of them.</summary>
/// <remarks>Only GET requests, which change nothing; a header tells the node what they are.</remarks>
internal sealed class NodeWarmer(PoolPolicies pools, SnapshotStore snapshots, UnixClients unix, TimeProvider time) : PoolRounds(pools, snapshots, time, Tick)
{
    /// <summary>The header that such requests carry.</summary>
    public const string Header = "X-HashBalancer-Warming";

    /// <summary>A node that is cold is slow: more at once would only queue there.</summary>
    private const int AtOnce = 8;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }

    protected override void Look(Pool pool, PoolSnapshot view, long round)
    {
        foreach (Node node in view.Nodes)
        {
            if (node.State == NodeState.Warming && !ReferenceEquals(node.Load.WarmUp?.For, node))
                Begin(pool, view, node);
        }
    }

    private void Begin(Pool pool, PoolSnapshot view, Node node)
    {
        IReadOnlyList<RequestSample> samples = pool.Runtime.Samples?.For(view, node, pool.Policy.WarmRequests) ?? [];
        node.Load.WarmUp = new WarmUp(node, 0, 0, IsDone: samples.Count == 0);
        if (samples.Count > 0)
            _ = WarmAsync(node, samples);
    }

    private async Task WarmAsync(Node node, IReadOnlyList<RequestSample> samples)
    {
        int next = -1, failed = 0;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, samples.Count)).Select(_ => SendAsync()));
        node.Load.WarmUp = new WarmUp(node, samples.Count, failed, IsDone: true);

        async Task SendAsync()
        {
            for (int i; !Stopping.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < samples.Count;)
            {
                if (!await PassesAsync(node, samples[i]))
                    Interlocked.Increment(ref failed);
            }
        }
    }

    private async Task<bool> PassesAsync(Node node, RequestSample sample)
    {
        (HttpMessageInvoker client, string address) = unix.Of(node.Address, _client);
        if (!Uri.TryCreate(address.TrimEnd('/') + sample.PathAndQuery, UriKind.Absolute, out Uri? asked))
            return false;
        using var limit = new CancellationTokenSource(Limit, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Stopping);
        using var request = new HttpRequestMessage(HttpMethod.Get, asked);
        request.Headers.TryAddWithoutValidation(Header, "1");
        foreach ((string name, string? value) in sample.Headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, either.Token);
            await response.Content.CopyToAsync(Stream.Null, either.Token);
            return (int)response.StatusCode < 500;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
