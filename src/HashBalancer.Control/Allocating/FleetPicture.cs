using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>What the registry holds of the fleet at one moment.</summary>
internal sealed class FleetPicture
{
    private FleetPicture(FleetEpoch? epoch, ulong epochIndex, Dictionary<string, (FleetLease Lease, ulong Index)> leases)
    {
        Epoch = epoch;
        EpochIndex = epochIndex;
        Leases = leases;
    }

    /// <summary>The latest epoch; null before the first, and in a registry that forgot.</summary>
    public FleetEpoch? Epoch { get; }

    /// <summary>Its ModifyIndex; 0 when there is none.</summary>
    public ulong EpochIndex { get; }

    /// <summary>Leases with their ModifyIndex, by node.</summary>
    public IReadOnlyDictionary<string, (FleetLease Lease, ulong Index)> Leases { get; }

    /// <summary>What agents say, by node.</summary>
    public Dictionary<string, AgentReport> Agents { get; } = new(StringComparer.Ordinal);

    /// <summary>Reports of gateways, unread, by gateway.</summary>
    public Dictionary<string, KVPair> Traffic { get; } = new(StringComparer.Ordinal);

    /// <summary>What operators want.</summary>
    public FleetControls Controls { get; private set; } = FleetControls.None;

    /// <summary>Entries that nobody could read: their keys.</summary>
    public List<string> Malformed { get; } = [];

    /// <summary>Sorts what a list of everything under <see cref="CoordinationKeys.Fleet"/> brought.</summary>
    public static FleetPicture Of(IReadOnlyList<KVPair> entries, CoordinationKeys keys)
    {
        KVPair? epochEntry = entries.FirstOrDefault(entry => entry.Key == keys.FleetEpoch);
        Dictionary<string, (FleetLease, ulong)> leases = new(StringComparer.Ordinal);
        var picture = new FleetPicture(epochEntry is null ? null : LeaseFormat.ReadEpoch(epochEntry.Value), epochEntry?.ModifyIndex ?? 0, leases);
        foreach (KVPair entry in entries)
        {
            if (PartOf(entry.Key, keys.Leases) is { } leased)
            {
                if (LeaseFormat.TryRead(leased, entry.Value, out FleetLease? lease))
                    leases[leased] = (lease, entry.ModifyIndex);
                else
                    picture.Malformed.Add(entry.Key);
            }
            else if (PartOf(entry.Key, keys.Agents) is { } agent)
            {
                if (LeaseFormat.ReadAgent(entry.Value) is { } report)
                    picture.Agents[agent] = report;
                else
                    picture.Malformed.Add(entry.Key);
            }
            else if (PartOf(entry.Key, keys.Traffic) is { } gateway)
            {
                picture.Traffic[gateway] = entry;
            }
            else if (entry.Key == keys.FleetControls)
            {
                picture.Controls = LeaseFormat.Read(entry.Value, FleetJson.Default.FleetControls) ?? FleetControls.None;
            }
        }

        return picture;
    }

    private static string? PartOf(string key, string folder) => key.StartsWith(folder, StringComparison.Ordinal) ? key[folder.Length..] : null;
}
