using System.Globalization;
using System.Text.Json.Nodes;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>A node of a fleet that pools share: an agent that runs the service of whichever pool has it leased.</summary>
internal sealed class SharedProgram : INodeProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _gateway;
    private readonly string _registry;
    private readonly string _configuration;

    /// <param name="gateway">The gateway's dll, which also is the agent and the services.</param>
    /// <param name="registry">Where the registry is.</param>
    /// <param name="pools">The pools' names.</param>
    /// <param name="work">What requests cost a service.</param>
    /// <param name="folder">Where the agents' configuration goes.</param>
    public SharedProgram(string gateway, Uri registry, IEnumerable<string> pools, NodeWork work, DirectoryInfo folder)
    {
        _gateway = gateway;
        _registry = registry.GetLeftPart(UriPartial.Authority);
        _configuration = Path.Combine(folder.FullName, "agent.json");
        string[] sample =
        [
            gateway, "sample", "--unregistered", "--id", "{instance}", "--service", "{service}", "--listen", "127.0.0.1:{port}",
            "--slots", Number(work.Slots), "--hit", Number(work.Hit.TotalMilliseconds), "--miss", Number(work.Miss.TotalMilliseconds), "--cache", Number(work.Cache),
        ];
        var workloads = new JsonObject();
        foreach (string pool in pools)
            workloads[pool] = new JsonObject { ["Command"] = "dotnet", ["Arguments"] = new JsonArray([.. sample.Select(a => (JsonNode?)a)]) };
        File.WriteAllText(_configuration, new JsonObject { ["HashBalancer"] = new JsonObject { ["FleetAgent"] = new JsonObject { ["Workloads"] = workloads } } }.ToJsonString());
    }

    // Its service has a port of its own for each pool, and registers itself: what the gateways serve tells when it is there.
    public Task<(ChildProcess Process, int Port)> Start(string id, int port, int advertised, CancellationToken cancellation) =>
        Task.FromResult((
            ChildProcess.Start(
                id, "dotnet", [_gateway, "agent", "--fleet", "--node", id, "--registry", _registry, "--interval", "3", "--config", _configuration, "--until-stdin-closes"], Patience),
            0));

    private static string Number(IFormattable number) => number.ToString(format: null, CultureInfo.InvariantCulture);
}
