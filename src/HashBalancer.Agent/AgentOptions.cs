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

/// <summary>How an instance measures and tells its load.</summary>
public sealed class LoadOptions
{
    /// <summary>Time that one report covers. Default 1 s; from 100 ms to 1 minute.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether responses carry the latest report in the header <see cref="LoadReport.HeaderName"/>. Default true. Gateways read it; take it
    /// off where responses reach clients without one and the load is nobody's business.
    /// </summary>
    public bool ResponseHeader { get; set; } = true;

    /// <summary>
    /// Requests at one time that make the instance full: its utilisation is then the higher of processor use and this. Default none:
    /// processor use alone. Ignored where the application brings an <see cref="IUtilisationSource"/>.
    /// </summary>
    public int? ConcurrencyLimit { get; set; }
}

/// <summary>How an instance leaves: maintenance mode, then requests in flight finish, then it is deregistered.</summary>
public sealed class DrainOptions
{
    /// <summary>Whether it leaves in this way; else it is deregistered at once. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The shortest time in maintenance mode, in which every gateway learns of it. Default 1 s; from 0 to 5 minutes.</summary>
    public TimeSpan MinTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time that requests in flight are waited for. Default 20 s; from <see cref="MinTime"/> to 1 hour. With
    /// <see cref="AgentOptions.DeregisterTimeout"/> it must fit into the host's shutdown timeout, 30 s by default.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>The kinds of check an instance registers.</summary>
public enum CheckKind
{
    /// <summary>The instance reports by itself; silence for longer than the TTL is critical.</summary>
    Ttl,

    /// <summary>The registry asks the instance by HTTP.</summary>
    Http,

    /// <summary>The registry connects to the instance's port.</summary>
    Tcp,
}

/// <summary>How the registry learns that the instance lives.</summary>
public sealed class CheckOptions
{
    /// <summary>Which kind of check. Default <see cref="CheckKind.Ttl"/>.</summary>
    public CheckKind Kind { get; set; }

    /// <summary>TTL check: silence allowed. Default 15 s; from 1 s to 24 h. The instance reports every third of it.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>HTTP check: path asked. Default <c>/health</c>.</summary>
    public string Path { get; set; } = "/health";

    /// <summary>HTTP and TCP check: time between two. Default 10 s; from 1 s to 24 h.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>HTTP and TCP check: time allowed. Default 5 s; from 10 ms to 10 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>HTTP check over HTTPS: whether the certificate goes unchecked. Default false.</summary>
    public bool TlsSkipVerify { get; set; }

    /// <summary>
    /// HTTP and TCP check: whether there is also a TTL check, <c>service:ID:heartbeat</c>, which the instance reports itself, with its
    /// load. Default false.
    /// </summary>
    public bool Heartbeat { get; set; }

    /// <summary>
    /// The state before the first result: passing, warning or critical. Default passing: the instance registers once it listens,
    /// and a check that fails says so within its time.
    /// </summary>
    public string InitialStatus { get; set; } = "passing";

    /// <summary>
    /// After this long in critical the registry forgets the instance. Default 10 minutes, so that a crashed instance does not stay
    /// listed; null: never. At least 1 minute, as in Consul. An instance that lives after all registers again.
    /// </summary>
    public TimeSpan? DeregisterCriticalServiceAfter { get; set; } = TimeSpan.FromMinutes(10);
}
