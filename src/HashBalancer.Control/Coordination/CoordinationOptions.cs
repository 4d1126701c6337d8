namespace HashBalancer.Control;

/// <summary>How gateways agree on a leader. Configuration section <c>HashBalancer:Coordination</c>.</summary>
public sealed class CoordinationOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Coordination";

    private const int LongestKey = 255;
    private const int LongestName = 100;
    private static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestTtl = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>The key that the leader holds; gateways that name the same one elect one leader. Default <c>hashbalancer/leader</c>.</summary>
    public string LeaderKey { get; set; } = "hashbalancer/leader";

    /// <summary>
    /// This gateway's name among those that share a leader; 1 to 100 characters without a slash. Default: machine and process,
    /// since several gateways may run on one machine, and one may restart while its old session still lives.
    /// </summary>
    public string GatewayName { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>
    /// How long leadership survives without a word of the leader; 10 s to 1 h, default 10 s, the least that Consul takes. Consul
    /// counts it twice before it gives the key away.
    /// </summary>
    public TimeSpan SessionTtl { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long nobody can lead after a leader's session ended other than by its own will; 1 ms to 1 min, default 1 s: many times
    /// what a leader needs to learn of it through its watch, so that two never lead at once.
    /// </summary>
    public TimeSpan LockDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks every member.</summary>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        List<string> errors = [];
        if (ForeignText.FaultOf(LeaderKey, LongestKey) is not null || LeaderKey.StartsWith('/'))
            errors.Add($"{Section}:{nameof(LeaderKey)}: is '{ForeignText.Shown(LeaderKey)}'; allowed are 1 to {LongestKey} characters, none of them a control character, not beginning with '/'.");
        if (ForeignText.FaultOf(GatewayName, LongestName) is not null || GatewayName.Contains('/'))
            errors.Add($"{Section}:{nameof(GatewayName)}: is '{ForeignText.Shown(GatewayName)}'; allowed are 1 to {LongestName} characters, none of them a control character or '/'.");
        if (SessionTtl < ShortestTtl || SessionTtl > LongestTtl)
            errors.Add($"{Section}:{nameof(SessionTtl)}: is '{SessionTtl}'; allowed are {ShortestTtl} to {LongestTtl}.");
        if (LockDelay < ShortestDelay || LockDelay > LongestDelay)
            errors.Add($"{Section}:{nameof(LockDelay)}: is '{LockDelay}'; allowed are {ShortestDelay} to {LongestDelay}.");
        return errors;
    }
}
