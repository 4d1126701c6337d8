using HashBalancer.Transport;

namespace HashBalancer.LoadTests.Http;

/// <summary>
/// The client's connections, all of one thread, which outpaces a core's worth of server: an event loop that receives for several of them at once, where the
/// system has what it needs, else .NET's sockets.
/// </summary>
internal static class ClientSockets
{
    private static readonly IoWatch Watch = new(TimeProvider.System);

    /// <summary>Opens connections; its thread begins with the first of them and lives as long as the process.</summary>
    public static IConnector Connector { get; } = EpollTransport.IsSupported ? new EpollTransport(Watch, loops: 1).Connector : new SocketConnector(Watch);

    /// <summary>Nobody watches a connection's progress but who uses it.</summary>
    public sealed class Unobserved : IChannelObserver
    {
        public static readonly Unobserved Instance = new();

        public void Received(int count)
        {
            // The exchange counts.
        }

        public void Sent()
        {
            // The exchange counts.
        }
    }
}
