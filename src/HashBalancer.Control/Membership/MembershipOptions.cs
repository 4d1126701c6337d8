using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>How the nodes of pools follow the registry. Configuration section <c>HashBalancer:Membership</c>.</summary>
public sealed class MembershipOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Membership";

    private const int LongestPath = 4096;

    /// <summary>
    /// How long nodes that a doubtful answer no longer names are kept; 0 to 1 h, default 30 s; 0 believes every answer at once.
    /// Doubtful is an answer that lacks any of a pool's nodes and comes from a registry that began anew (its index fell or is 1),
    /// or one that lacks at least half of them and comes after the registry was lost, or without a leader. 30 s is what agents need to notice a restarted
    /// registry and register again, with a margin; a node that is truly gone costs a failed connection attempt until then.
    /// </summary>
    public TimeSpan LossGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The file that keeps the nodes of every pool, so that a gateway that starts while the registry is down serves from it; its
    /// directory is made if it is missing. Default null: none is kept. Each gateway has its own.
    /// </summary>
    public string? LastKnownGoodFile { get; set; }

    /// <summary>Checks every member.</summary>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        OptionFaults faults = new(Section);
        faults.CheckTime(nameof(LossGrace), LossGrace, TimeSpan.Zero, TimeSpan.FromHours(1));
        if (LastKnownGoodFile is { } path && (ForeignText.FaultOf(path, LongestPath) is not null || Path.EndsInDirectorySeparator(path)))
            faults.Add(nameof(LastKnownGoodFile), ForeignText.Shown(path), "allowed is the path of a file");
        return faults.All;
    }
}

/// <summary>Refuses membership options that are out of range.</summary>
internal sealed class MembershipOptionsValidator : IValidateOptions<MembershipOptions>
{
    public ValidateOptionsResult Validate(string? name, MembershipOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
