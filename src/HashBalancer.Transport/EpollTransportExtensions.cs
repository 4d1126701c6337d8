using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HashBalancer.Transport;

/// <summary>Registers the event loops.</summary>
public static class EpollTransportExtensions
{
    /// <summary>Lets Kestrel listen on sockets that event loops serve, and connections to nodes be served by the same loops. Call it after Kestrel
    /// was registered: what is registered last listens.</summary>
    /// <param name="services">Needs a <see cref="TimeProvider"/> or gets the system's.</param>
    /// <param name="isTogether">Whether loops hand several sockets' receives and sends to the system in one call where
    /// <see cref="EpollTransport.IsTogetherSupported"/>.</param>
    /// <remarks>What a request does runs on its loop's thread until it waits for something else: it must not block.</remarks>
    /// <exception cref="PlatformNotSupportedException">Thrown when the server starts, where <see cref="EpollTransport.IsSupported"/> is false.</exception>
    public static IServiceCollection AddEpollTransport(this IServiceCollection services, bool isTogether = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IoWatch>();
        services.TryAddSingleton(provider => new EpollTransport(provider.GetRequiredService<IoWatch>(), isTogether: isTogether));
        services.AddSingleton<IConnectionListenerFactory, EpollListenerFactory>();
        return services;
    }
}
