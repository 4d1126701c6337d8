using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>How snapshots are published. Configuration section <c>HashBalancer:Publishing</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Publishing";

    /// <summary>
    /// The shortest time between two snapshots; 0 to 10 s, default 20 ms. A change after a quiet time is published at once;
    /// the changes that follow within this time are published together, so that a storm of them (a deployment, an agent that
    /// comes back) costs at most 50 ring derivations a second and pool. Half of the 50 ms that a change may take to be routed.
    /// </summary>
    public TimeSpan MinimumInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Checks every member.</summary>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        OptionFaults faults = new(Section);
        faults.CheckTime(nameof(MinimumInterval), MinimumInterval, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        return faults.All;
    }
}

/// <summary>Refuses publishing options that are out of range.</summary>
internal sealed class PublishingOptionsValidator : IValidateOptions<PublishingOptions>
{
    public ValidateOptionsResult Validate(string? name, PublishingOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
