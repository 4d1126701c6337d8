using HashBalancer.Agent;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Cli;

/// <summary>Says the agent library's faults in terms of the options that people typed.</summary>
internal static class AgentFaults
{
    private static readonly Dictionary<string, string> OptionOf = new(StringComparer.Ordinal)
    {
        [$"{AgentOptions.Section}:Id"] = "--id",
        [$"{AgentOptions.Section}:Service"] = "--service",
        [$"{AgentOptions.Section}:Port"] = "--port",
        [$"{AgentOptions.Section}:Zone"] = "--zone",
        [$"{AgentOptions.Section}:Weight"] = "--weight",
        [$"{AgentOptions.Section}:Command"] = "command",
        [$"{AgentOptions.Section}:Consul:Address"] = "--registry",
        [$"{AgentOptions.Section}:Consul:TokenFile"] = "--token-file",
        [$"{AgentOptions.Section}:Check:Interval"] = "--interval",
        [$"{AgentOptions.Section}:Check:Path"] = "--check",
    };

    /// <param name="failure">A message of the form <c>key: what is wrong</c>.</param>
    /// <param name="ttl">The option that sets the TTL.</param>
    public static ConfigurationError ByOption(string failure, string ttl = "--interval")
    {
        ConfigurationError error = ConfigurationError.Parse(failure);
        if (error.Key == $"{AgentOptions.Section}:Check:Ttl")
            return error with { Key = ttl };
        return OptionOf.TryGetValue(error.Key, out string? option) ? error with { Key = option } : error;
    }
}
