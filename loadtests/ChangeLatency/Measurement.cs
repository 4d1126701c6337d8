using System.Diagnostics;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Control;
using HashBalancer.Registry;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.ChangeLatency;

/// <summary>
/// Starts an embedded registry and a control plane that follows it over loopback, changes one instance at a time, and measures
/// until the store's current snapshot shows the change.
/// </summary>
/// <remarks>
/// Both run in this process, so the registry's own work is in the figures: they are upper bounds of what the gateway adds. A
/// change starts when the one before is routed and a random pause has passed, so that none meets a poll by rhythm.
/// </remarks>
internal static class Measurement
{
    private static readonly PoolDefinition Pool = new("items", "web");

    public static async Task<int> RunAsync(int instances, int changes, TextWriter output, CancellationToken cancellation)
    {
        await using RegistryServer registry = new(new RegistryOptions { Listen = "127.0.0.1:0" }, TimeProvider.System, NullLoggerFactory.Instance);
        await registry.StartAsync(cancellation);
        using ConsulClient agent = new(new ConsulClientOptions { Address = registry.Address.ToString() });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, instances), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
            async (i, stop) => await agent.Agent.RegisterServiceAsync(Registration(i, weight: 1), cancellation: stop));
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);

        using IHost host = ControlOver(registry.Address);
        SnapshotStore store = host.Services.GetRequiredService<SnapshotStore>();
        long started = Stopwatch.GetTimestamp();
        await host.StartAsync(cancellation);
        await Until(() => store.Current.Pools[Pool.Name].Nodes.Length == instances, cancellation);
        double first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        long heap = GC.GetTotalMemory(forceFullCollection: true) - heapBefore;

        List<double> sinceSent = [], sinceAnswered = [];
        Random random = new(20260101);
        int warmUp = Math.Max(5, changes / 10);
        for (int i = 0; i < warmUp + changes; i++)
        {
            int instance = random.Next(instances), weight = 2 + (i % 100);
            long sent = Stopwatch.GetTimestamp();
            await agent.Agent.RegisterServiceAsync(Registration(instance, weight), cancellation: cancellation);
            long answered = Stopwatch.GetTimestamp();
            string id = IdOf(instance);
            await Until(() => WeightOf(store, id) == weight, cancellation);
            long seen = Stopwatch.GetTimestamp();
            if (i >= warmUp)
            {
                sinceSent.Add(Stopwatch.GetElapsedTime(sent, seen).TotalMilliseconds);
                sinceAnswered.Add(Stopwatch.GetElapsedTime(answered, seen).TotalMilliseconds);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50)), TimeProvider.System, cancellation);
        }

        await output.WriteLineAsync($"instances {instances}, changes {changes}");
        await output.WriteLineAsync($"first snapshot          {first:0.0} ms after the start of the control plane");
        await output.WriteLineAsync($"change sent to routed   {Shown(sinceSent)}");
        await output.WriteLineAsync($"answered to routed      {Shown(sinceAnswered)}");
        await output.WriteLineAsync($"heap of the first snapshot with its client {heap / 1024.0 / 1024.0:0.0} MiB, {(double)heap / instances / 1024:0.0} KiB an instance");
        await host.StopAsync(cancellation);
        return 0;
    }

    private static IHost ControlOver(Uri registry)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = registry.ToString() }));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        host.Services.GetRequiredService<MembershipService>().Apply([Pool]);
        return host;
    }

    private static AgentServiceRegistration Registration(int instance, int weight) => new()
    {
        ID = IdOf(instance),
        Name = Pool.Service,
        Address = $"10.{instance >> 16}.{(instance >> 8) & 255}.{instance & 255}",
        Port = 8080,
        Tags = ["primary", "v1.2.3"],
        Meta = new Dictionary<string, string> { ["zone"] = $"zone-{instance % 3}", ["version"] = "1.2.3" },
        Weights = new ServiceWeights { Passing = weight },
        Check = new AgentServiceCheck { TTL = GoDuration.From(TimeSpan.FromHours(1)), Status = "passing" },
    };

    private static string IdOf(int instance) => $"web-{instance:00000}";

    private static double WeightOf(SnapshotStore store, string id)
    {
        PoolSnapshot pool = store.Current.Pools[Pool.Name];
        return pool.Ring.TryGetSlot(id, out int slot) ? pool.NodeAt(slot).Weight : double.NaN;
    }

    // A yielding spin: finer than the timer's milliseconds, and no thread is kept from the work that is measured for long.
    private static async Task Until(Func<bool> condition, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                throw new TimeoutException("The snapshot did not show the change within 30 s.");
            if (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(5))
                Thread.Yield();
            await Task.Yield();
        }
    }

    private static string Shown(List<double> values)
    {
        values.Sort();
        return $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, max {values[^1]:0.0} ms";

        double At(double quantile) => values[Math.Min(values.Count - 1, (int)Math.Ceiling(quantile * values.Count) - 1)];
    }
}
