namespace HashBalancer.Agent;

/// <summary>Where the service listens.</summary>
/// <param name="Host">What others connect to; empty: the registry's own address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="IsHttps">Whether the port speaks TLS.</param>
internal sealed record ServiceEndpoint(string Host, int Port, bool IsHttps = false);
