namespace HashBalancer.Control;

/// <summary>How gateways agree on a leader. Configuration section <c>HashBalancer:Coordination</c>.</summary>
public sealed class CoordinationOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Coordination";

    private const int LongestKey = 255;
    private const int LongestName = 100;

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
        OptionFaults faults = new(Section);
        faults.Check(
            nameof(LeaderKey), ForeignText.Shown(LeaderKey), ForeignText.FaultOf(LeaderKey, LongestKey) is null && !LeaderKey.StartsWith('/'),
            $"1 to {LongestKey} characters, none of them a control character, not beginning with '/'");
        faults.Check(
            nameof(GatewayName), ForeignText.Shown(GatewayName), ForeignText.FaultOf(GatewayName, LongestName) is null && !GatewayName.Contains('/'),
            $"1 to {LongestName} characters, none of them a control character or '/'");
        faults.CheckTime(nameof(SessionTtl), SessionTtl, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
        faults.CheckTime(nameof(LockDelay), LockDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        return faults.All;
    }
}
