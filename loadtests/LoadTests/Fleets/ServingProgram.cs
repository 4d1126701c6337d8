using HashBalancer.LoadTests.Nodes;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>A node that serves one pool: this runner's own <c>node</c>, which registers itself.</summary>
internal sealed class ServingProgram(Uri registry, NodeWork work) : INodeProgram
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(3);

    // A stopping node drains first: a second in maintenance, then what it has in flight.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<(ChildProcess Process, int Port)> Start(string id, int port, int advertised, CancellationToken cancellation)
    {
        var options = new NodeOptions(id, FleetPlan.Pool, registry.GetLeftPart(UriPartial.Authority), port, advertised, work, Ttl);
        ChildProcess process = ChildProcess.Start(id, "dotnet", [typeof(NodeCommand).Assembly.Location, .. NodeCommand.Arguments(options)], Patience);
        try
        {
            return (process, (await process.WaitForLine(line => PrintedAddress.In(line, NodeCommand.Name), Fleet.StartLimit, cancellation)).Port);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
