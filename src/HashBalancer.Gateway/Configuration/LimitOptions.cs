namespace HashBalancer.Gateway.Configuration;

/// <summary>What clients may take of the gateway. The defaults are those of config/README.md.</summary>
internal sealed class LimitOptions
{
    /// <summary>Connections of all clients at once; 0: no limit.</summary>
    public int Connections { get; set; } = 100_000;

    /// <summary>Connections of one client address at once; 0: no limit.</summary>
    public int ConnectionsPerClient { get; set; }

    /// <summary>WebSockets and other upgraded connections at once; 0: no limit.</summary>
    public int UpgradedConnections { get; set; }

    /// <summary>HTTP/2 streams of one connection at once.</summary>
    public int StreamsPerConnection { get; set; } = 100;

    /// <summary>Bytes of a request's line.</summary>
    public int RequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>Bytes of all of a request's header fields.</summary>
    public int HeaderBytes { get; set; } = 32 * 1024;

    /// <summary>How many header fields a request may have.</summary>
    public int HeaderCount { get; set; } = 100;

    /// <summary>Bytes of a request's body; 0: no limit.</summary>
    public long BodyBytes { get; set; } = 30_000_000;

    /// <summary>From a request's first byte to the end of its header.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be without a request.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Bytes per second below which a client's body, or its taking of an answer, is ended; 0: never.</summary>
    public int LeastRate { get; set; } = 240;

    /// <summary>How long a client may be slower than that.</summary>
    public TimeSpan LeastRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Every value out of range.</summary>
    public IEnumerable<ConfigurationError> Validate(string section)
    {
        if (Fault(nameof(Connections), Connections, 0, 10_000_000) is { } connections)
            yield return connections;
        if (Fault(nameof(ConnectionsPerClient), ConnectionsPerClient, 0, 1_000_000) is { } perClient)
            yield return perClient;
        if (Fault(nameof(UpgradedConnections), UpgradedConnections, 0, 10_000_000) is { } upgraded)
            yield return upgraded;
        if (Fault(nameof(StreamsPerConnection), StreamsPerConnection, 1, 10_000) is { } streams)
            yield return streams;
        if (Fault(nameof(RequestLineBytes), RequestLineBytes, 256, 1_048_576) is { } line)
            yield return line;
        if (Fault(nameof(HeaderBytes), HeaderBytes, 1_024, 1_048_576) is { } header)
            yield return header;
        if (Fault(nameof(HeaderCount), HeaderCount, 10, 10_000) is { } count)
            yield return count;
        if (Fault(nameof(BodyBytes), BodyBytes, 0, 1L << 50) is { } body)
            yield return body;
        if (Fault(nameof(HeaderTimeout), HeaderTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)) is { } headers)
            yield return headers;
        if (Fault(nameof(IdleTimeout), IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) is { } idle)
            yield return idle;
        if (Fault(nameof(LeastRate), LeastRate, 0, 1_000_000_000) is { } rate)
            yield return rate;
        if (Fault(nameof(LeastRateGrace), LeastRateGrace, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)) is { } grace)
            yield return grace;

        ConfigurationError? Fault<T>(string name, T value, T least, T most) where T : IComparable<T> =>
            value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? null : new($"{section}:{name}", FormattableString.Invariant($"is '{value}'; allowed are {least} to {most}."));
    }
}
