namespace HashBalancer.Comparison.Workloads;

/// <summary>What proxies speak with clients; with nodes they all speak HTTP/1.1.</summary>
internal enum Front
{
    /// <summary>HTTP/1.1 in plain text.</summary>
    Plain,

    /// <summary>HTTP/1.1 over TLS.</summary>
    Tls,

    /// <summary>HTTP/2 over TLS.</summary>
    Http2,
}
