using System.Net;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Comparison.Hosts;

/// <summary>
/// YARP as its package comes, with the one thing added that it lacks, a policy that hashes a header onto a ring, and with its platform's metrics
/// collected, as the other proxies' are.
/// </summary>
internal static class StockYarpHost
{
    public const string RoleName = "stock-yarp";

    /// <summary>With the log that its guide configures: the platform's warnings, and YARP's information, two lines for each request.</summary>
    public const string LoggingRoleName = "stock-yarp-logging";

    /// <summary>Stands for the certificate of a proxy without TLS.</summary>
    public const string PlainText = "-";

    public static async Task<int> Run(bool isLogging, string header, string certificate, string[] nodes)
    {
        WebApplicationBuilder builder = isLogging ? WebApplication.CreateBuilder() : WebApplication.CreateSlimBuilder();
        if (isLogging)
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        else
            builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate != PlainText)
                listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate));
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<ILoadBalancingPolicy>(new HeaderHashPolicy(header, nodes.Length));
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "nodes", Match = new RouteMatch { Path = "/{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "nodes",
                    LoadBalancingPolicy = HeaderHashPolicy.PolicyName,
                    Destinations = nodes.Index().ToDictionary(
                        n => BackendHost.NameOf(n.Index), n => new DestinationConfig { Address = $"http://{n.Item}/" }),
                },
            ]);
        using MeterProvider metrics = CollectMetrics();
        await using WebApplication app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine($"{Role.Listening} {address}");
        await Role.UntilStdinCloses();
        return 0;
    }

    /// <summary>What OpenTelemetry's instrumentation of ASP.NET Core and of HttpClient comes down to on this platform: its meters, aggregated.</summary>
    private static MeterProvider CollectMetrics() => Sdk.CreateMeterProviderBuilder()
        .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "System.Net.Http")
        .AddReader(new BaseExportingMetricReader(new Discarded()))
        .Build();

    /// <summary>For measurements that nobody asks for: they cost what they cost to be recorded.</summary>
    private sealed class Discarded : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }

    private sealed class HeaderHashPolicy : ILoadBalancingPolicy
    {
        public const string PolicyName = "HeaderHash";

        private readonly string _header;
        private readonly HashRing _ring;

        // The destinations' order is YARP's; a ring's slot is turned into a name first.
        private readonly string[] _nodeOfSlot;

        public HeaderHashPolicy(string header, int nodes)
        {
            _header = header;
            string[] names = [.. Enumerable.Range(0, nodes).Select(BackendHost.NameOf)];
            _ring = HashRing.Build(names.Select(n => new RingMember(n)));
            _nodeOfSlot = new string[_ring.SlotCount];
            foreach (string name in names)
            {
                if (_ring.TryGetSlot(name, out int slot))
                    _nodeOfSlot[slot] = name;
            }
        }

        public string Name => PolicyName;

        public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
        {
            string owner = _nodeOfSlot[_ring.Owner(KeyHash.Of(context.Request.Headers[_header].ToString().AsSpan()))];
            for (int i = 0; i < availableDestinations.Count; i++)
            {
                if (availableDestinations[i].DestinationId == owner)
                    return availableDestinations[i];
            }

            return null;
        }
    }
}
