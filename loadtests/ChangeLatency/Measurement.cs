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
/// Starts an embedded registry and a control plane that follows it over loopback, turns the check of one instance at a time to
/// critical or back, and measures until the ring of the store's current snapshot has lost or won the node.
/// </summary>
/// <remarks>
/// Two times are told. From the moment the change is sent: with the registry's own work, and its making of the answer. From the
/// moment the answer to the waiting query begins to arrive: what the gateway adds. Both run in this process and share its cores,
/// so the figures are upper bounds. A change starts when the one before is routed and a random pause has passed, so that none
/// meets a poll by rhythm.
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
            async (i, stop) => await agent.Agent.RegisterServiceAsync(Registration(i), cancellation: stop));
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);

        ArrivalTimes arrivals = new();
        using IHost host = ControlOver(registry.Address, arrivals);
        SnapshotStore store = host.Services.GetRequiredService<SnapshotStore>();
        long started = Stopwatch.GetTimestamp();
        await host.StartAsync(cancellation);
        await Until(() => store.Current.Pools[Pool.Name].Nodes.Length == instances, cancellation);
        double first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        double firstAnswered = Stopwatch.GetElapsedTime(started, arrivals.Last).TotalMilliseconds;
        long heap = GC.GetTotalMemory(forceFullCollection: true) - heapBefore;

        List<double> sinceSent = [], sinceAnswered = [];
        TimeSpan cpu = TimeSpan.Zero;
        Random random = new(20260101);
        int warmUp = Math.Max(5, changes / 10);
        for (int i = 0; i < warmUp + changes; i++)
        {
            string id = IdOf(random.Next(instances));
            bool serves = store.Current.Pools[Pool.Name].Ring.TryGetSlot(id, out _);
            if (i == warmUp)
                cpu = Environment.CpuUsage.TotalTime;
            long sent = Stopwatch.GetTimestamp();
            await agent.Agent.UpdateCheckAsync($"service:{id}", serves ? CheckStatus.Critical : CheckStatus.Passing, cancellation: cancellation);
            await Until(() => store.Current.Pools[Pool.Name].Ring.TryGetSlot(id, out _) != serves, cancellation);
            long seen = Stopwatch.GetTimestamp();
            if (i >= warmUp)
            {
                sinceSent.Add(Stopwatch.GetElapsedTime(sent, seen).TotalMilliseconds);
                sinceAnswered.Add(Stopwatch.GetElapsedTime(arrivals.Last, seen).TotalMilliseconds);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50)), TimeProvider.System, cancellation);
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        await output.WriteLineAsync($"instances {instances}, changes {changes}");
        await output.WriteLineAsync($"first snapshot          {first:0.0} ms after the start of the control plane, its answer began at {firstAnswered:0.0} ms");
        await output.WriteLineAsync($"change sent to routed   {Shown(sinceSent)}");
        await output.WriteLineAsync($"answer begun to routed  {Shown(sinceAnswered)}");
        await output.WriteLineAsync($"CPU of this process     {cpu.TotalMilliseconds / changes:0.0} ms a change, the registry's part included");
        await output.WriteLineAsync($"heap of the first snapshot with its client {heap / 1024.0 / 1024.0:0.0} MiB, {(double)heap / instances / 1024:0.0} KiB an instance");
        await host.StopAsync(cancellation);
        return 0;
    }

    private static IHost ControlOver(Uri registry, ArrivalTimes arrivals)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = registry.ToString() }, arrivals));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        host.Services.GetRequiredService<MembershipService>().Apply([Pool]);
        return host;
    }

    private static AgentServiceRegistration Registration(int instance) => new()
    {
        ID = IdOf(instance),
        Name = Pool.Service,
        Address = $"10.{instance >> 16}.{(instance >> 8) & 255}.{instance & 255}",
        Port = 8080,
        Tags = ["primary", "v1.2.3"],
        Meta = new Dictionary<string, string> { ["zone"] = $"zone-{instance % 3}", ["version"] = "1.2.3" },
        Check = new AgentServiceCheck { TTL = GoDuration.From(TimeSpan.FromHours(1)), Status = "passing" },
    };

    private static string IdOf(int instance) => $"web-{instance:00000}";

    // Asked once a millisecond: often enough for figures of tens of milliseconds, seldom enough not to be a load.
    private static async Task Until(Func<bool> condition, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                throw new TimeoutException("The snapshot did not show the change within 30 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation);
        }
    }

    private static string Shown(List<double> values)
    {
        values.Sort();
        return $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, max {values[^1]:0.0} ms";

        double At(double quantile) => values[Math.Min(values.Count - 1, (int)Math.Ceiling(quantile * values.Count) - 1)];
    }

    /// <summary>Notes when the latest answer began to arrive.</summary>
    private sealed class ArrivalTimes() : DelegatingHandler(new SocketsHttpHandler())
    {
        private long _last;

        public long Last => Volatile.Read(ref _last);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            Volatile.Write(ref _last, Stopwatch.GetTimestamp());
            return response;
        }
    }
}
