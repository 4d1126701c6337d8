using System.Globalization;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Control;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Cli;

/// <summary>Holds a valid configuration against the registry that it names: what a gateway would find if it started with it now. Changes nothing there.</summary>
internal sealed class LiveCheck(ConsulClient consul, TextWriter output)
{
    private int _faults;

    /// <returns>How many things are not as the gateway needs them.</returns>
    public static async Task<int> RunAsync(GatewayConfiguration configuration, TextWriter output, CancellationToken stop)
    {
        if (configuration.Consul is not { } options)
        {
            await output.WriteLineAsync("registry  embedded: it starts with the gateway, and there is nothing to ask yet");
            return 0;
        }

        using var consul = new ConsulClient(options);
        var check = new LiveCheck(consul, output);
        if (await check.RegistryAsync(stop))
        {
            foreach (PoolDefinition pool in configuration.Pools)
                await check.PoolAsync(pool, stop);
            await check.LeaderAsync(configuration.Coordination.LeaderKey, stop);
        }

        return check._faults;
    }

    private async Task<bool> RegistryAsync(CancellationToken stop)
    {
        try
        {
            string leader = await consul.Status.LeaderAsync(stop);
            await Say("registry", leader.Length > 0, leader.Length > 0 ? $"{consul.CurrentAddress}, whose leader is {leader}" : $"{consul.CurrentAddress} has no leader");
            return true;
        }
        catch (ConsulException error)
        {
            await Say("registry", isRight: false, error.Message);
            return false;
        }
    }

    private async Task PoolAsync(PoolDefinition pool, CancellationToken stop)
    {
        string name = $"pool {pool.Name}";
        try
        {
            QueryResult<IReadOnlyList<ServiceEntry>> found = await consul.Health.ServiceAsync(
                pool.Service, new QueryOptions { Datacenter = pool.Datacenter }, passing: false, pool.Tags, stop);
            int up = found.Value.Count(entry => Serves(pool, entry));
            await Say(name, up > 0, string.Create(CultureInfo.InvariantCulture, $"service '{pool.Service}' has {found.Value.Count} instance(s), {up} of which would serve"));
        }
        catch (ConsulException error)
        {
            await Say(name, isRight: false, error.Message);
        }
    }

    private async Task LeaderAsync(string key, CancellationToken stop)
    {
        try
        {
            QueryResult<KVPair?> held = await consul.Kv.GetAsync(key, cancellation: stop);
            await Say("leader", isRight: true, held.Value?.Session is { Length: > 0 } ? $"key {key} is held" : $"key {key} is held by nobody");
        }
        catch (ConsulException error)
        {
            await Say("leader", isRight: false, error.Message);
        }
    }

    private static bool Serves(PoolDefinition pool, ServiceEntry entry) =>
        entry.Checks?.Any(check => check.Status is not ("passing" or "warning") || (pool.OnlyPassing && check.Status != "passing")) != true;

    private Task Say(string what, bool isRight, string words)
    {
        if (!isRight)
            _faults++;
        return output.WriteLineAsync($"{what,-20}  {(isRight ? "ok  " : "NO  ")}  {words}");
    }
}
