using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Where a started server really listens.</summary>
internal static class BoundAddress
{
    /// <summary>An address that a client on this machine can use: every-interface addresses are given as 127.0.0.1.</summary>
    public static Uri Of(WebApplication app)
    {
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(bound.Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
    }
}
