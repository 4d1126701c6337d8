using HashBalancer.Proxy;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>How the gateway under test runs.</summary>
/// <param name="Mode">Which path takes requests to the node.</param>
/// <param name="Io">Which threads work on requests.</param>
/// <param name="NodeTimeout">How long a node may do nothing.</param>
/// <param name="ClientTimeout">How long a client may take over a head; a slow body, in either direction, has twice as long. Above 1 s, as the server looks once a second.</param>
internal sealed record GatewayOptions(ForwardingMode Mode, IoThreads Io, TimeSpan NodeTimeout, TimeSpan ClientTimeout);

/// <summary>Which threads work on requests, as <c>Proxy:Io</c> has it.</summary>
internal enum IoThreads
{
    /// <summary>Event loops of our own, with several calls of the system in one.</summary>
    IoUring,

    /// <summary>Event loops of our own.</summary>
    Epoll,

    /// <summary>The thread of .NET that learns of a socket's readiness.</summary>
    Inline,

    /// <summary>The thread pool.</summary>
    Pool,
}
