using System.Diagnostics;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Targets;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Comparison.Peers;

/// <summary>YARP without anything of HashBalancer's in the request's way but a ring for its hash policy.</summary>
/// <param name="isLogging">Whether it logs as its guide has it, beginning with two lines for each request; otherwise it logs nothing at all.</param>
internal sealed class StockYarpPeer(bool isLogging = false) : IPeer
{
    public string Name => isLogging ? "stock YARP with its logs" : "stock YARP";

    public bool IsYardstick => false;

    public string? Missing(Front front) => null;

    public async Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation)
    {
        var allocations = new AllocationCounter(context.Scratch, StockYarpHost.RoleName);
        (ChildProcess process, string[] addresses) = await OwnProcess.Start(
            Name, context.Core, [isLogging ? StockYarpHost.LoggingRoleName : StockYarpHost.RoleName, context.HashHeader, context.Certificate ?? StockYarpHost.PlainText, .. context.Backends],
            cancellation, allocations.Environment);
        string? version = FileVersionInfo.GetVersionInfo(typeof(RouteConfig).Assembly.Location).ProductVersion?.Split('+')[0];
        return new RunningPeer(this, $"YARP {version} on .NET {Environment.Version}", new Uri(addresses[0]), process.Id, process, allocations);
    }
}
