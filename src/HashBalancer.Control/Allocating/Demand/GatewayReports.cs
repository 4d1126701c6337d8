using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>What the leader knows from all gateways, and how old it is. Not thread-safe.</summary>
/// <remarks>Age is told by the leader's own clock from the changes it sees: clocks of gateways need not agree.</remarks>
internal sealed class GatewayReports(TimeProvider time)
{
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    private ILookup<string, PoolTraffic> _traffic = Array.Empty<PoolTraffic>().ToLookup(traffic => traffic.Pool);

    /// <summary>The latest report of every gateway that is known, be it old.</summary>
    public IReadOnlyList<GatewayReport> All { get; private set; } = [];

    /// <summary>The reports that are not too old.</summary>
    public IReadOnlyList<GatewayReport> Fresh { get; private set; } = [];

    /// <summary>Whether every gateway that is known has reported lately.</summary>
    public bool AreComplete => Fresh.Count > 0 && Fresh.Count == _known.Count;

    /// <summary>Takes the reports as the registry has them. One that is gone was its gateway's until its session ended: its traffic is with others by now.</summary>
    /// <param name="entries">By gateway.</param>
    /// <param name="staleAfter">How old a report may be.</param>
    public void Take(IReadOnlyDictionary<string, KVPair> entries, TimeSpan staleAfter)
    {
        long now = time.GetTimestamp();
        foreach (string gone in _known.Keys.Where(gateway => !entries.ContainsKey(gateway)).ToArray())
            _known.Remove(gone);
        foreach ((string gateway, KVPair entry) in entries)
        {
            if (_known.TryGetValue(gateway, out Known? known) && known.Index == entry.ModifyIndex)
                continue;
            if (LeaseFormat.Read(entry.Value, FleetJson.Default.GatewayReport) is { } report && IsSound(report))
                _known[gateway] = new Known(entry.ModifyIndex, now, report);
            else
                _known.TryAdd(gateway, new Known(0, now - (long)(staleAfter.TotalSeconds * time.TimestampFrequency), new GatewayReport(0, [], [])));
        }

        All = [.. _known.OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => known.Value.Report)];
        Fresh = [.. _known.OrderBy(known => known.Key, StringComparer.Ordinal).Where(known => time.GetElapsedTime(known.Value.SeenAt, now) < staleAfter).Select(known => known.Value.Report)];
        _traffic = Fresh.SelectMany(report => report.Pools).ToLookup(part => part.Pool, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A pool's traffic; null when no gateway has measured it.</summary>
    public PoolTraffic? TrafficOf(string pool)
    {
        PoolTraffic[] parts = [.. _traffic[pool]];
        return parts.Length == 0 ? null : PoolTraffic.Merge(pool, parts);
    }

    private static bool IsSound(GatewayReport report) =>
        report.Epoch >= 0 && report.Nodes.All(node => node is { Pool.Length: > 0, Instance.Length: > 0 })
        && report.Pools.All(pool => pool is { Pool.Length: > 0, Reporting: >= 0 }
            && IsFigure(pool.Arrivals) && IsFigure(pool.Refused) && IsFigure(pool.Seconds) && IsFigure(pool.InFlight) && IsFigure(pool.Waiting) && IsFigure(pool.Utilisation));

    private static bool IsFigure(double value) => value is >= 0 and <= 1e8;

    private sealed record Known(ulong Index, long SeenAt, GatewayReport Report);
}
