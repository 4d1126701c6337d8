using System.Globalization;
using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Balance.Peers;

/// <summary>HAProxy as well as it can be configured for this: consistent hashing with a fine ring and ids that do not depend on positions.</summary>
/// <param name="name">In tables.</param>
/// <param name="factor">Its hash-balance-factor; null: no bound.</param>
/// <param name="followsLoad">Whether agents tell it weights that follow the nodes' utilisation.</param>
internal sealed class BalanceHAProxy(string name, int? factor, bool followsLoad) : IBalancePeer, IPeer
{
    private const string Program = "haproxy";

    public string Name => name;

    public bool IsYardstick => true;

    public string? Missing => Programs.Missing(Program);

    string? IPeer.Missing(Front front) => Missing;

    public async Task<RunningPeer> Start(PeerContext context, Fleet fleet, CancellationToken cancellation)
    {
        WeightAgents? agents = followsLoad ? new WeightAgents(fleet, context.Time) : null;
        try
        {
            string file = Programs.Find(Program)!;
            int port = FreePort.Next();
            string config = Path.Combine(context.Scratch.FullName, "haproxy.cfg");
            await File.WriteAllTextAsync(config, Config(context, port, agents), cancellation);
            RunningPeer running = await Leash.Start(this, Leash.VersionOf(file, "-v"), context, context.UrlOf(port), file, ["-f", config], cancellation);
            running.Owns(agents);
            return running;
        }
        catch
        {
            agents?.Dispose();
            throw;
        }
    }

    Task<RunningPeer> IPeer.Start(PeerContext context, CancellationToken cancellation) =>
        throw new InvalidOperationException("It is started before a fleet.");

    private string Config(PeerContext context, int port, WeightAgents? agents) => string.Create(CultureInfo.InvariantCulture, $"""
        global
          nbthread 1
          maxconn 4096
        defaults
          mode http
          timeout connect 5s
          timeout client 300s
          timeout server 300s
          timeout http-keep-alive 300s
        frontend front
          bind 127.0.0.1:{port}
          default_backend nodes
        backend nodes
          balance hdr({context.HashHeader})
          hash-type consistent djb2 avalanche
        {(factor is { } most ? $"  hash-balance-factor {most}\n" : "")}  http-reuse always
        {string.Concat(context.Backends.Index().Select(b => Server(b.Index, b.Item, agents)))}
        """);

    private static string Server(int index, string address, WeightAgents? agents) => string.Create(CultureInfo.InvariantCulture,
        $"  server {BackendHost.NameOf(index)} {address} id {index + 1} weight 100{(agents is null ? "" : $" agent-check agent-addr 127.0.0.1 agent-port {agents.PortOf(index)} agent-inter 5s")}\n");
}
