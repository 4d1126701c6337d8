using HashBalancer.Consul;

namespace HashBalancer.Agent;

/// <summary>What a service says of itself to the registry.</summary>
public sealed class AgentOptions
{
    /// <summary>The configuration section bound by default.</summary>
    public const string Section = "HashBalancer:Agent";

    /// <summary>Where the registry is: the Consul agent of this machine, as a rule.</summary>
    public ConsulClientOptions Consul { get; set; } = new();

    /// <summary>The service's name; required, 1 to 255 characters.</summary>
    public string Service { get; set; } = "";

    /// <summary>
    /// The instance's id, 1 to 255 of letters, digits and <c>._:-</c>. Default: service, host name and port, joined by '-'.
    /// Keep it the same across restarts: keys follow the id.
    /// </summary>
    public string? Id { get; set; }

    /// <summary>
    /// Host name or IP address under which the service is reached. Default: the address the server is bound to; when that is a
    /// wildcard, the local address towards the registry, or, with a registry on this machine, the registry's own.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>TCP port, 1 to 65535. Default: the first one the server is bound to, plain HTTP before HTTPS.</summary>
    public int? Port { get; set; }

    /// <summary>Labels to filter by.</summary>
    public List<string> Tags { get; set; } = [];

    /// <summary>Up to 63 pairs; keys of up to 128 of letters, digits, '_' and '-', values of up to 512 characters.</summary>
    public Dictionary<string, string> Meta { get; set; } = [];

    /// <summary>Relative capacity, 1 to 65535. Default 1.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>The zone the instance stands in, put into its meta as <c>zone</c>. Default none.</summary>
    public string? Zone { get; set; }

    /// <summary>
    /// What the instance can give, by resource, such as <c>cpu</c>: 4; put into its meta as <c>capacity-cpu</c>. Resource names of up to
    /// 100 letters, digits, '_' and '-'; numbers from 0. Default none.
    /// </summary>
    public Dictionary<string, double> Capacity { get; set; } = [];

    /// <summary>How the registry learns that the instance lives.</summary>
    public CheckOptions Check { get; set; } = new();

    /// <summary>How the instance measures and tells its load.</summary>
    public LoadOptions Load { get; set; } = new();

    /// <summary>How the instance leaves.</summary>
    public DrainOptions Drain { get; set; } = new();

    /// <summary>Time for taking the instance out when the process stops. Default 5 s; up to 5 minutes.</summary>
    public TimeSpan DeregisterTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
