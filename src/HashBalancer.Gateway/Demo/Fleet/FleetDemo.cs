using System.Globalization;
using HashBalancer.Control;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Demo.Fleet;

/// <summary>What a demo of a fleet is to be like.</summary>
/// <param name="Nodes">How many nodes the fleet has.</param>
/// <param name="Stay">How long the load stays once the nodes have followed it.</param>
/// <param name="Shifts">How often it moves.</param>
internal sealed record FleetDemoOptions(int Nodes, TimeSpan Stay, int Shifts);

/// <summary>Runs a fleet of agents, each a process, a second gateway and clients beside a gateway, and moves the load from one pool to another.</summary>
internal static class FleetDemo
{
    private static readonly string[] Pools = ["a", "b", "c"];
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>An agent lets what it runs end first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Runs until told to stop.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="loaded">What it is configured with; the second one gets the same.</param>
    /// <param name="options">How large it is, and when the load moves.</param>
    /// <param name="ready">Called once everything has started.</param>
    /// <param name="stop">The way out.</param>
    /// <returns>Whether all went well to the end, and no request failed.</returns>
    public static async Task<bool> RunAsync(GatewayServer gateway, LoadedConfiguration loaded, FleetDemoOptions options, Action ready, CancellationToken stop)
    {
        List<ChildProgram> children = [];
        FleetLoad? load = null;
        try
        {
            (ChildProgram second, Task<Uri> proxy) = SecondGateway(gateway, loaded);
            children.Add(second);
            for (int i = 1; i <= options.Nodes; i++)
                children.Add(Agent(gateway, string.Create(CultureInfo.InvariantCulture, $"node-{i}"), i % 2 == 0 ? "east" : "west"));
            Uri other;
            try
            {
                other = await proxy.WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, stop);
            }
            catch (TimeoutException)
            {
                await Console.Error.WriteLineAsync("hashbalancer: the second gateway did not start.");
                return false;
            }

            FleetView view = gateway.Services.GetRequiredService<FleetView>();
            while (!Pools.All(pool => gateway.Snapshots.Current.Pools.TryGetValue(pool, out Ring.PoolSnapshot? known) && known.Ring.ServingCount > 0))
                await Task.Delay(Refresh, TimeProvider.System, stop);
            // Both gateways are up before the first request: one that starts while its pools have no node answers 503.
            while (view.State is not { Gateways: >= 2, Pools: var pools } || !pools.All(pool => pool.Serving > 0))
                await Task.Delay(Refresh, TimeProvider.System, stop);
            await ServesAsync(other, stop);
            ready();
            load = new FleetLoad([gateway.ProxyAddress, other], Pools, FleetShift.MostClients, stop);
            Console.Out.WriteLine("Ctrl-C stops everything.");
            var demo = new FleetDemoView(view, load, gateway);
            var shift = new FleetShift(load, view, gateway.Services.GetRequiredService<FleetDesk>(), gateway.Services.GetRequiredService<AllocatedPools>());
            await Task.WhenAll(shift.RunAsync(options.Stay, options.Shifts, stop), demo.ShowAsync(stop));
            return load.Failed == 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return load is not { Failed: > 0 };
        }
        finally
        {
            if (load is not null)
            {
                await load.DisposeAsync();
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load.Served} requests, {load.Failed} failed{(load.FirstFailure is { } first ? $", the first: {first}" : "")}"));
            }

            // Side by side: each waits for its own requests in flight.
            await Task.WhenAll(children.Select(child => child.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Waits until a gateway answers for every pool.</summary>
    private static async Task ServesAsync(Uri proxy, CancellationToken stop)
    {
        using var http = new HttpClient();
        foreach (string pool in Pools)
        {
            while (true)
            {
                using HttpResponseMessage answer = await http.GetAsync(new Uri(proxy, $"/{pool}/items/0"), stop);
                if (answer.IsSuccessStatusCode)
                    break;
                await Task.Delay(Refresh, TimeProvider.System, stop);
            }
        }
    }

    /// <summary>An agent that can run a sample service for each pool.</summary>
    private static ChildProgram Agent(GatewayServer gateway, string node, string zone)
    {
        System.Diagnostics.ProcessStartInfo sample = SelfCommand.WithArguments(
            ["sample", "--unregistered", "--id", "{instance}", "--service", "{service}", "--listen", "127.0.0.1:{port}", "--slots", "4", "--hit", "100", "--miss", "150"]);
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["Logging__LogLevel__Default"] = "Warning" };
        foreach (string pool in Pools)
        {
            string key = $"{HashBalancer.Agent.FleetAgentOptions.Section.Replace(":", "__", StringComparison.Ordinal)}__Workloads__{pool}__";
            environment[key + "Command"] = sample.FileName;
            // Eight of them start at once, on a laptop.
            environment[key + "StartTimeout"] = "00:01:00";
            for (int i = 0; i < sample.ArgumentList.Count; i++)
                environment[string.Create(CultureInfo.InvariantCulture, $"{key}Arguments__{i}")] = sample.ArgumentList[i];
        }

        return ChildProgram.Start(
            node, ["agent", "--fleet", "--node", node, "--registry", gateway.RegistryAddress, "--zone", zone, "--interval", "15"], environment, Patience,
            line => Console.Error.WriteLine($"[{node}] {line}"));
    }

    /// <summary>Another gateway of the same configuration, on free ports; it prints where it listens.</summary>
    private static (ChildProgram Process, Task<Uri> Proxy) SecondGateway(GatewayServer gateway, LoadedConfiguration loaded)
    {
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (string section in (string[])["ReverseProxy", HashBalancerOptions.Section])
        {
            foreach ((string key, string? value) in loaded.Root.GetSection(section).AsEnumerable())
            {
                if (value is not null)
                    settings[key] = value;
            }
        }

        settings["HashBalancer:Proxy:Listen"] = "127.0.0.1:0";
        settings["HashBalancer:Admin:Listen"] = "127.0.0.1:0";
        settings["HashBalancer:Consul:Address"] = gateway.RegistryAddress;
        settings.Remove("HashBalancer:Coordination:GatewayName");
        var proxy = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        ChildProgram process = ChildProgram.Start(
            "gateway-2", ["run", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")], new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Warning" }, Patience, line =>
            {
                if (line.StartsWith("proxy ", StringComparison.Ordinal) && Uri.TryCreate(line["proxy".Length..].Trim(), UriKind.Absolute, out Uri? address))
                    proxy.TrySetResult(address);
                else if (line.StartsWith("admin ", StringComparison.Ordinal))
                    Console.Out.WriteLine($"gateway-2 {line}");
                else if (!line.StartsWith("registry ", StringComparison.Ordinal))
                    Console.Error.WriteLine($"[gateway-2] {line}");
            });
        return (process, proxy.Task);
    }
}
