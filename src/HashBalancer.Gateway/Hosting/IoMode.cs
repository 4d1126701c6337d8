using HashBalancer.Transport;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Which threads work on a request.</summary>
internal enum IoMode
{
    /// <summary>Event loops of our own, one for each core, that serve clients and nodes alike; where the system has none for them, as
    /// <see cref="Inline"/>.</summary>
    Epoll,

    /// <summary>The thread of .NET that learns of a socket's readiness goes on with the request itself, as long as nothing blocks.</summary>
    Inline,

    /// <summary>The thread pool, as .NET does by itself.</summary>
    Pool,
}

/// <summary>Puts an <see cref="IoMode"/> into force.</summary>
internal static class IoModes
{
    /// <summary>Must precede the process's first socket: the runtime reads its switch once. A value that the environment gives is left alone.</summary>
    public static void Apply(IoMode mode)
    {
        const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (mode != IoMode.Pool && Environment.GetEnvironmentVariable(Switch) is null)
            Environment.SetEnvironmentVariable(Switch, "1");
    }

    /// <summary>Makes a server's sockets, and those to its nodes, be served so.</summary>
    public static void AddTransport(this IServiceCollection services, IoMode mode)
    {
        if (mode == IoMode.Epoll && EpollTransport.IsSupported)
            services.AddEpollTransport();
    }
}
