using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Where a started server really listens.</summary>
internal static class BoundAddress
{
    /// <summary>The first address.</summary>
    public static Uri Of(WebApplication app) => AllOf(app)[0];

    /// <summary>Addresses that a client on this machine can use, in the order of the listeners: every-interface addresses are given as 127.0.0.1.</summary>
    public static IReadOnlyList<Uri> AllOf(WebApplication app) =>
    [
        .. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(bound =>
            new Uri(bound.Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal))),
    ];
}
