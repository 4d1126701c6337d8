using System.Globalization;
using System.Text;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What agents tell the registry of their nodes' loads, for nodes that say nothing in their answers.</summary>
/// <remarks>
/// <para>An entry for each node, written anew with every heartbeat, with a number that counts them. Consul hands the output of a check on to others minutes
/// later, and wakes nobody for it: an entry of its own is there at once.</para>
/// <para>Whether an entry is fresh is told by its index, never by a clock of somebody else. Not thread-safe; for one leader's term.</para>
/// </remarks>
internal sealed class HeartbeatLoads(ConsulClient client, CoordinationKeys keys, TimeProvider time, RebalancingTelemetry telemetry)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(15);

    /// <summary>An agent that falls silent for this long says nothing any more: as long as a report in an answer counts.</summary>
    private static readonly TimeSpan Expires = TimeSpan.FromMinutes(3);

    /// <summary>What nobody touched for so long, and no node of any pool goes by, was left behind.</summary>
    private static readonly TimeSpan LeftBehind = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads what there is.</summary>
    public async Task ReadAsync(Snapshot snapshot, CancellationToken stop)
    {
        IReadOnlyList<KVPair> pairs = (await client.Kv.ListAsync(keys.Heartbeats, cancellation: stop)).Value;
        Take(pairs, [.. snapshot.Pools.Values.SelectMany(pool => pool.Nodes).Select(node => node.Id)]);
        foreach ((string id, Entry entry) in _entries.Where(e => !e.Value.IsKnown && time.GetElapsedTime(e.Value.ChangedAt) >= LeftBehind).ToArray())
        {
            _entries.Remove(id);
            await client.Kv.CompareAndDeleteAsync(keys.Heartbeats + Uri.EscapeDataString(id), entry.Index, stop);
        }
    }

    /// <summary>Puts what agents told where gateways heard nothing.</summary>
    public PoolReading Complete(PoolReading reading) => _entries.Count == 0
        ? reading
        : reading with { Nodes = [.. reading.Nodes.Select(node => node.Utilisation is null && UtilisationOf(node.Id) is { } told ? node with { Utilisation = told } : node)] };

    internal double? UtilisationOf(string id) =>
        _entries.TryGetValue(id, out Entry? entry) && entry.Utilisation is { } told && time.GetElapsedTime(entry.ChangedAt) < Expires ? told : null;

    internal void Take(IReadOnlyList<KVPair> pairs, HashSet<string> known)
    {
        HashSet<string> present = [];
        foreach (KVPair pair in pairs)
        {
            string id = Uri.UnescapeDataString(pair.Key[keys.Heartbeats.Length..]);
            present.Add(id);
            if (!_entries.TryGetValue(id, out Entry? entry))
                _entries.Add(id, entry = new Entry { ChangedAt = time.GetTimestamp() });
            entry.IsKnown = known.Contains(id);
            if (entry.Index == pair.ModifyIndex)
                continue;
            TimeSpan elapsed = time.GetElapsedTime(entry.ChangedAt);
            bool isFirstSight = entry.Index == 0;
            (entry.Index, entry.ChangedAt) = (pair.ModifyIndex, time.GetTimestamp());
            // How old an entry is that was there before this leader, nobody knows: the next one counts.
            if (isFirstSight)
                continue;
            if (!entry.IsKnown)
                telemetry.Refused("", "unknown-node");
            else if (Read(pair.Value ?? []) is not { } told)
                telemetry.Refused("", "malformed");
            else if (told is not (>= 0 and <= NodeLoad.MostUtilisation))
                telemetry.Refused("", "out-of-range");
            else
                entry.Take(told, 1 - Math.Exp(-elapsed / Memory));
        }

        foreach (string gone in _entries.Keys.Where(id => !present.Contains(id)).ToArray())
            _entries.Remove(gone);
    }

    /// <summary>The utilisation of a report in the text form of ORCA; null when it is none.</summary>
    private static double? Read(ReadOnlySpan<byte> value)
    {
        const int Longest = 1024;
        const string Form = "TEXT ", Name = "application_utilization=";
        if (value.Length > Longest)
            return null;
        string text = Encoding.UTF8.GetString(value);
        if (!text.StartsWith(Form, StringComparison.Ordinal))
            return null;
        string? member = text[Form.Length..].Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(part => part.StartsWith(Name, StringComparison.Ordinal));
        return member is not null && double.TryParse(member[Name.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }

    private sealed class Entry
    {
        public ulong Index { get; set; }

        public long ChangedAt { get; set; }

        public bool IsKnown { get; set; }

        public double? Utilisation { get; private set; }

        public void Take(double told, double weight) => Utilisation = Utilisation is { } before ? before + (weight * (told - before)) : told;
    }
}
