using HashBalancer.Proxy;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>How the gateway under test runs.</summary>
/// <param name="Mode">Which path takes requests to the node.</param>
/// <param name="Inline">Whether requests are worked on by the thread that learns of a socket's readiness.</param>
/// <param name="NodeTimeout">How long a node may do nothing.</param>
/// <param name="ClientTimeout">How long a client may take over a head; a slow body, in either direction, has twice as long. Above 1 s, as the server looks once a second.</param>
internal sealed record GatewayOptions(ForwardingMode Mode, bool Inline, TimeSpan NodeTimeout, TimeSpan ClientTimeout);
