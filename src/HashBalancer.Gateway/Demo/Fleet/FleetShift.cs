using System.Diagnostics;
using System.Globalization;
using HashBalancer.Allocation.Sizing;
using HashBalancer.Consul;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Demo.Fleet;

/// <summary>Moves the load between pools, and says when the nodes have followed it: each pool has what the allocation library answers for that load, and nothing moves.</summary>
internal sealed class FleetShift(FleetLoad load, FleetView view, FleetDesk desk, AllocatedPools pools)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Clients of each pool before and after the load has moved. None is near a load at which another number of nodes would be right.</summary>
    private static readonly Dictionary<string, int>[] Loads =
    [
        new(StringComparer.Ordinal) { ["a"] = 13, ["b"] = 4, ["c"] = 2 },
        new(StringComparer.Ordinal) { ["a"] = 2, ["b"] = 4, ["c"] = 13 },
    ];

    /// <summary>The most clients that a pool ever has.</summary>
    public static int MostClients => Loads.Max(clients => clients.Values.Max());

    /// <summary>Goes to and fro until told to stop.</summary>
    /// <param name="stay">How long the load stays once the nodes have followed it.</param>
    /// <param name="shifts">How often it moves.</param>
    /// <param name="stop">The way out.</param>
    public async Task RunAsync(TimeSpan stay, int shifts, CancellationToken stop)
    {
        try
        {
            for (int shift = 0; shift <= shifts; shift++)
            {
                Dictionary<string, int> clients = Loads[shift % Loads.Length];
                string due = Shown(await DueAsync(clients, stop));
                load.Set(clients);
                long began = Stopwatch.GetTimestamp();
                Console.Out.WriteLine($"clients: {Shown(clients)}");
                while (!IsSettled(view.State) || Shown(Serving(view.State!)) != due)
                    await Task.Delay(Look, TimeProvider.System, stop);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"nodes: {due}, as the library divides for that load, after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
                await Task.Delay(stay, TimeProvider.System, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way out.
        }
    }

    /// <summary>Nodes that the library gives each pool for so many clients, each with a request under way at all times.</summary>
    private async Task<IReadOnlyDictionary<string, int>> DueAsync(Dictionary<string, int> clients, CancellationToken stop)
    {
        Dictionary<string, double> demands = pools.Current.ToDictionary(
            pool => pool.Key,
            pool => (double)PoolSizing.Of(new PoolLoad
            {
                ArrivalsPerSecond = clients[pool.Key],
                MeanSeconds = 1,
                SlotsPerNode = pool.Value.Options.Slots,
                TargetUtilisation = pool.Value.Options.TargetUtilisation,
                Minimum = pool.Value.Options.Minimum,
                Maximum = pool.Value.Options.Most,
            }).DesiredNodes,
            StringComparer.Ordinal);
        while (true)
        {
            try
            {
                return new WhatIf { Demands = demands }.Try(await desk.LiveAsync(stop)).Pools.ToDictionary(pool => pool.Pool, pool => pool.ChangedNodes, StringComparer.Ordinal);
            }
            catch (ConsulException)
            {
                // Asked again: nothing is shown before the registry answers.
                await Task.Delay(Look, TimeProvider.System, stop);
            }
        }
    }

    private bool IsSettled(AllocationState? state) =>
        state is { Waiting.Count: 0 } && state.Epoch == view.Epoch && state.Pools.All(pool => pool is { Arriving: 0, Leaving: 0 });

    private static Dictionary<string, int> Serving(AllocationState state) => state.Pools.ToDictionary(pool => pool.Name, pool => pool.Serving, StringComparer.Ordinal);

    private static string Shown(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}")));
}
