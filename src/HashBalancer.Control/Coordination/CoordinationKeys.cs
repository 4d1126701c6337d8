namespace HashBalancer.Control;

/// <summary>Where gateways that share a leader keep what they share: beside the leader's key.</summary>
internal sealed class CoordinationKeys(string leaderKey)
{
    private readonly string _folder = leaderKey[..(leaderKey.LastIndexOf('/') + 1)];

    /// <summary>What the leader holds.</summary>
    public string Leader => leaderKey;

    /// <summary>Under which all assignments lie.</summary>
    public string Assignments => $"{_folder}assignments/";

    /// <summary>Under which every gateway's summaries lie.</summary>
    public string Loads => $"{_folder}loads/";

    /// <summary>A pool's assignment.</summary>
    public string Assignment(string pool) => Assignments + pool;

    /// <summary>A gateway's summary of a pool.</summary>
    public string Load(string pool, string gateway) => $"{Loads}{gateway}/{pool}";

    /// <summary>The pool whose summary lies under a key; a gateway's name has no slash.</summary>
    public string PoolOfLoad(string key) => key[(key.IndexOf('/', Loads.Length) + 1)..];
}
