using HashBalancer.Ring;

namespace HashBalancer.Gateway.Lifecycle;

/// <summary>Keeps a server from accepting until every pool's nodes are known, but no longer than ten seconds: servers start after all else.</summary>
internal sealed class FirstNodes(SnapshotStore snapshots, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10), Poll = TimeSpan.FromMilliseconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while (!AreKnown(snapshots.Current) && time.GetElapsedTime(begun) < Limit)
            await Task.Delay(Poll, time, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool AreKnown(Snapshot snapshot) => snapshot.Version > 0 && snapshot.Pools.Values.All(pool => pool.Source != MembershipSource.None);
}
