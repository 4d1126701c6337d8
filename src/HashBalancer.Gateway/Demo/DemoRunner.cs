using System.Collections.Immutable;
using System.Globalization;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Demo;

/// <summary>Runs the sample nodes beside a gateway until told to stop.</summary>
internal static class DemoRunner
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts the nodes, waits until the gateway serves all of them, then shows their state; ends with <paramref name="stop"/>.</summary>
    /// <returns>Whether every node came up.</returns>
    public static async Task<bool> RunAsync(GatewayServer gateway, int nodes, Action ready, CancellationToken stop)
    {
        List<ChildProgram> samples = [];
        try
        {
            for (int i = 1; i <= nodes; i++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"node-{i}");
                samples.Add(ChildProgram.Start(id, SampleArguments(id, gateway), ImmutableDictionary<string, string>.Empty, Patience, line => Console.Error.WriteLine($"[{id}] {line}")));
            }

            if (!await AllServeAsync(gateway, samples, stop))
                return stop.IsCancellationRequested;
            ready();
            Console.Out.WriteLine("A node that was killed comes back with, for example:");
            Console.Out.WriteLine($"  {SelfCommand.Line(SampleArguments("node-1", gateway))}");
            Console.Out.WriteLine("Ctrl-C stops everything.");
            await DemoView.ShowAsync(gateway, samples, stop);
            return true;
        }
        finally
        {
            // Side by side: each waits for its own requests in flight and its deregistration.
            await Task.WhenAll(samples.Select(sample => sample.DisposeAsync().AsTask()));
        }
    }

    private static string[] SampleArguments(string id, GatewayServer gateway) =>
        ["sample", "--id", id, "--service", DemoConfiguration.Service, "--registry", gateway.RegistryAddress];

    private static async Task<bool> AllServeAsync(GatewayServer gateway, List<ChildProgram> samples, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        try
        {
            while (!gateway.Snapshots.Current.Pools.TryGetValue(DemoConfiguration.Pool, out PoolSnapshot? pool)
                || !samples.All(sample => pool.Ring.TryGetSlot(sample.Name, out _)))
            {
                if (samples.FirstOrDefault(sample => sample.ExitCode is not null) is { } ended)
                {
                    await Console.Error.WriteLineAsync($"hashbalancer: sample {ended.Name} ended with exit code {ended.ExitCode} before it was registered.");
                    return false;
                }

                await Task.Delay(Poll, TimeProvider.System, limit.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            if (!stop.IsCancellationRequested)
                await Console.Error.WriteLineAsync($"hashbalancer: the sample nodes were not all registered within {StartLimit.TotalSeconds:0} s.");
            return false;
        }
    }
}
