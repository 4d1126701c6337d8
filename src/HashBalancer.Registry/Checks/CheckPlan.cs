namespace HashBalancer.Registry;

/// <summary>The kinds of check the agent keeps.</summary>
internal enum CheckKind
{
    /// <summary>Critical unless reported in time.</summary>
    Ttl,

    /// <summary>Asks a URL.</summary>
    Http,

    /// <summary>Connects to an address.</summary>
    Tcp,

    /// <summary>Stands while maintenance mode is on.</summary>
    Maintenance,
}

/// <summary>What a check does. Immutable.</summary>
internal sealed record CheckPlan(CheckKind Kind)
{
    /// <summary>What Consul allows a probe to take unless told otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The bytes of output that are kept unless told otherwise.</summary>
    public const int DefaultOutputMaxSize = 4096;

    /// <summary>The most bytes of output that are kept, whatever a registration asks for.</summary>
    public const int MaxOutputMaxSize = 1024 * 1024;

    /// <summary>How long a TTL check may stay without a report.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>The time from the end of one probe to the start of the next.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>How long one probe may take.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>The URL, or the host:port, to probe.</summary>
    public string Target { get; init; } = "";

    public string Method { get; init; } = "GET";

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Header { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public string Body { get; init; } = "";

    /// <summary>The name to ask for in TLS; empty for the URL's.</summary>
    public string TlsServerName { get; init; } = "";

    public bool TlsSkipVerify { get; init; }

    /// <summary>Successes in a row that turn the check passing.</summary>
    public int SuccessBeforePassing { get; init; }

    /// <summary>Failures in a row that turn the check critical.</summary>
    public int FailuresBeforeCritical { get; init; }

    public int OutputMaxSize { get; init; } = DefaultOutputMaxSize;

    /// <summary>After this long in critical the service is deregistered; zero: never.</summary>
    public TimeSpan DeregisterAfter { get; init; }

    /// <summary>What the check's Type says.</summary>
    public string TypeName => Kind.ToString().ToLowerInvariant();
}
