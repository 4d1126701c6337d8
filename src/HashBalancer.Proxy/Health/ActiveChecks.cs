using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Asks the nodes of pools that want it for their health, and once a second has each pool looked over for nodes that stand out.</summary>
/// <remarks>A node is asked over a new connection each time: one that takes no connections is not well, however good its old ones are.</remarks>
internal sealed class ActiveChecks(PoolPolicies pools, SnapshotStore snapshots, SeededSequence chance, UnixClients unix, NodeTls tls, TimeProvider time)
    : PoolRounds(pools, snapshots, time, Tick)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private const int RoundsPerLook = 10;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }

    protected override void Look(Pool pool, PoolSnapshot view, long round)
    {
        if (pool.Policy.Checks is { Path: not null } policy)
            Check(pool, view, policy);
        else
            pool.Runtime.Health.ForgetChecks(view, pool.Policy.Outliers);
        if (round % RoundsPerLook == 0)
            pool.Runtime.Health.Look(view, pool.Policy.Outliers, Time);
    }

    private void Check(Pool pool, PoolSnapshot view, ActiveCheckPolicy policy)
    {
        long now = Time.GetTimestamp();
        foreach (Node node in view.Nodes)
        {
            NodeCheck check = NodeRuntime.Of(node).Check;
            if (node.State != NodeState.Up || now < check.Due || !check.TryBegin())
                continue;
            // By chance a tenth earlier or later, so that gateways and nodes do not fall into step.
            double interval = policy.Interval.TotalSeconds * (0.9 + (0.2 * (chance.Next() >> 11) / (1L << 53)));
            check.Due = now + (long)(interval * Time.TimestampFrequency);
            _ = CheckAsync(pool, node, check, policy);
        }
    }

    private async Task CheckAsync(Pool pool, Node node, NodeCheck check, ActiveCheckPolicy policy)
    {
        try
        {
            bool passed = await PassesAsync(pool, node, policy);
            if (!Stopping.IsCancellationRequested && Snapshots.Current.Pools.TryGetValue(pool.Name, out PoolSnapshot? view))
                pool.Runtime.Health.Checked(node, passed, policy, view, pool.Policy.Outliers);
        }
        finally
        {
            check.End();
        }
    }

    private async Task<bool> PassesAsync(Pool pool, Node node, ActiveCheckPolicy policy)
    {
        (HttpMessageInvoker client, string address) = unix.Of(node.Address, node.IsTls ? tls.CheckClientOf(pool.Name) : _client);
        if (!Uri.TryCreate(new Uri(address), policy.Path, out Uri? asked))
            return false;
        using var limit = new CancellationTokenSource(policy.Timeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Stopping);
        using var request = new HttpRequestMessage(HttpMethod.Get, asked);
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "HashBalancer-Check");
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, either.Token);
            return (int)response.StatusCode is >= 200 and < 400;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
