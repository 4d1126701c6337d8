using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>The token buckets of one pool, one for each key that came lately.</summary>
/// <remarks>Thread-safe. The limiter forgets buckets that have been full for a while.</remarks>
internal sealed class RateLimits
{
    /// <summary>As often as the limiter refills buckets anyway.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    private readonly HashKeyChain _keys;
    private readonly PartitionedRateLimiter<ulong> _buckets;

    public RateLimits(RateLimitPolicy limit, HashKeyChain keys)
    {
        // Checked with the configuration; an application that did not gets the pool's own keys.
        if (limit.Keys.Count > 0 && HashKeyChain.TryParse(limit.Keys, out HashKeyChain own, out _))
            keys = own;
        _keys = keys;
        TimeSpan period = TimeSpan.FromSeconds(1 / limit.PerSecond);
        period = period < Shortest ? Shortest : period;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.Burst > 0 ? limit.Burst : Math.Max(1, (int)Math.Ceiling(limit.PerSecond)),
            TokensPerPeriod = Math.Max(1, (int)Math.Round(limit.PerSecond * period.TotalSeconds)),
            ReplenishmentPeriod = period,
            QueueLimit = 0,
        };
        _buckets = PartitionedRateLimiter.Create<ulong, ulong>(hash => RateLimitPartition.GetTokenBucketLimiter(hash, _ => bucket));
    }

    /// <summary>Whether the request may come; if not, after how many seconds it may.</summary>
    public bool Allows(HttpContext context, out int retryAfter)
    {
        _ = _keys.TryHash(context, out ulong hash);
        using RateLimitLease lease = _buckets.AttemptAcquire(hash);
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;
        return lease.IsAcquired;
    }
}
