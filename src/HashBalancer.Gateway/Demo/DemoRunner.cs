using System.Globalization;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Demo;

/// <summary>Runs the sample nodes beside a gateway until told to stop.</summary>
internal static class DemoRunner
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts the nodes, waits until the gateway serves all of them, then shows their state; ends with <paramref name="stop"/>.</summary>
    /// <returns>Whether every node came up.</returns>
    public static async Task<bool> RunAsync(GatewayServer gateway, int nodes, Action ready, CancellationToken stop)
    {
        List<SampleProcess> samples = [];
        try
        {
            for (int i = 1; i <= nodes; i++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"node-{i}");
                samples.Add(SampleProcess.Start(id, DemoConfiguration.Service, gateway.RegistryAddress, Console.Error.WriteLine));
            }

            if (!await AllServeAsync(gateway, samples, stop))
                return stop.IsCancellationRequested;
            ready();
            Console.Out.WriteLine("A node that was killed comes back with, for example:");
            Console.Out.WriteLine($"  {SelfCommand.Line(SampleProcess.Arguments("node-1", DemoConfiguration.Service, gateway.RegistryAddress))}");
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

    private static async Task<bool> AllServeAsync(GatewayServer gateway, List<SampleProcess> samples, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(StartLimit);
        try
        {
            while (!gateway.Snapshots.Current.Pools.TryGetValue(DemoConfiguration.Pool, out PoolSnapshot? pool)
                || !samples.All(sample => pool.Ring.TryGetSlot(sample.Id, out _)))
            {
                if (samples.FirstOrDefault(sample => sample.ExitCode is not null) is { } ended)
                {
                    await Console.Error.WriteLineAsync($"hashbalancer: sample {ended.Id} ended with exit code {ended.ExitCode} before it was registered.");
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
