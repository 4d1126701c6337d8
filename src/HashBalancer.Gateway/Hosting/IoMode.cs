using HashBalancer.Transport;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Which threads work on a request.</summary>
internal enum IoMode
{
    /// <summary>Event loops of our own, one for each core, that serve clients and nodes alike, and hand what several sockets receive or send to the system
    /// in one call; where the system has no io_uring for that, as <see cref="Epoll"/>.</summary>
    IoUring,

    /// <summary>The same loops, with a call for each receive and each send; where the system has no epoll, as <see cref="Inline"/>.</summary>
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

    /// <summary>Whether event loops of our own serve, on systems that have what they need.</summary>
    public static bool HasLoops(this IoMode mode) => mode is IoMode.IoUring or IoMode.Epoll;

    /// <summary>Makes a server's sockets, and those to its nodes, be served so.</summary>
    public static void AddTransport(this IServiceCollection services, IoMode mode)
    {
        if (mode.HasLoops() && EpollTransport.IsSupported)
            services.AddEpollTransport(isTogether: mode == IoMode.IoUring);
    }
}
