namespace HashBalancer.Agent;

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
