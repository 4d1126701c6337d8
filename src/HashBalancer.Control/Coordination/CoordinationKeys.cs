namespace HashBalancer.Control;

/// <summary>Where gateways that share a leader keep what they share: beside the leader's key.</summary>
internal sealed class CoordinationKeys(string leaderKey)
{
    private readonly string _folder = leaderKey[..(leaderKey.LastIndexOf('/') + 1)];

    /// <summary>What the leader holds.</summary>
    public string Leader => leaderKey;

    /// <summary>Where the leader shows that it lives.</summary>
    public string Pulse => $"{_folder}pulse";

    /// <summary>Under which agents tell the loads of their nodes.</summary>
    public string Heartbeats => $"{_folder}heartbeats/";

    /// <summary>Under which all assignments lie.</summary>
    public string Assignments => $"{_folder}assignments/";

    /// <summary>Under which every gateway's summaries lie.</summary>
    public string Loads => $"{_folder}loads/";

    /// <summary>A pool's assignment.</summary>
    public string Assignment(string pool) => Assignments + pool;

    /// <summary>A gateway's summary of a pool.</summary>
    public string Load(string pool, string gateway) => $"{Loads}{gateway}/{pool}";

    /// <summary>Under which all nodes lie that operators drain.</summary>
    public string Drains => $"{_folder}drains/";

    /// <summary>A node that an operator drains. The pool's name is escaped: both may have slashes.</summary>
    public string Drain(string pool, string nodeId) => $"{Drains}{Uri.EscapeDataString(pool)}/{nodeId}";

    /// <summary>The node of such a key; null for a key that is none.</summary>
    public (string Pool, string NodeId)? OfDrain(string key) =>
        key.IndexOf('/', Drains.Length) is > 0 and int end ? (Uri.UnescapeDataString(key[Drains.Length..end]), key[(end + 1)..]) : null;

    /// <summary>Under which all orders of operators lie.</summary>
    public string Orders => $"{_folder}orders/";

    /// <summary>An order of a node's weight.</summary>
    public string OrderOfWeight(string pool, string nodeId) => $"{Orders}weights/{Uri.EscapeDataString(pool)}/{Uri.EscapeDataString(nodeId)}";

    /// <summary>An order of an arc.</summary>
    public string OrderOfOverride(string pool, uint first, uint last) => $"{Orders}overrides/{Uri.EscapeDataString(pool)}/{first:x8}-{last:x8}";

    /// <summary>An order of whether measured load moves arcs, of one pool or all.</summary>
    public string OrderOfRebalancing(string? pool) => pool is null ? $"{Orders}rebalancing/all" : $"{Orders}rebalancing/pools/{Uri.EscapeDataString(pool)}";

    /// <summary>The parts of such a key behind the folder.</summary>
    public string[] PartsOfOrder(string key) => [.. key[Orders.Length..].Split('/').Select(Uri.UnescapeDataString)];

    /// <summary>Under which everything lies that the leader divides the fleet by; one list reads it as it was at one moment.</summary>
    public string Fleet => $"{_folder}fleet/";

    /// <summary>The latest epoch.</summary>
    public string FleetEpoch => $"{_folder}fleet/epoch";

    /// <summary>Under which all leases lie, by node.</summary>
    public string Leases => $"{_folder}fleet/leases/";

    /// <summary>Under which the reports of nodes' agents lie, by node.</summary>
    public string Agents => $"{_folder}fleet/agents/";

    /// <summary>Under which gateways' reports of the fleet's pools lie, by gateway.</summary>
    public string Traffic => $"{_folder}fleet/traffic/";

    /// <summary>What operators want of the fleet.</summary>
    public string FleetControls => $"{_folder}fleet/controls";

    /// <summary>What the leader shows of the fleet.</summary>
    public string FleetState => $"{_folder}fleet-state";

    /// <summary>Under which epochs are recorded, by number.</summary>
    public string FleetHistory => $"{_folder}fleet-history/";

    /// <summary>The record of an epoch; in order of its number.</summary>
    public string FleetRecord(long epoch) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{FleetHistory}{epoch:D12}");

    /// <summary>The pool whose summary lies under a key; a gateway's name has no slash.</summary>
    public string PoolOfLoad(string key) => key[(key.IndexOf('/', Loads.Length) + 1)..];
}
