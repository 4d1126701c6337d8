using System.Globalization;
using HashBalancer.Control;
using HashBalancer.Gateway.Hosting;
using Spectre.Console;

namespace HashBalancer.Gateway.Demo.Fleet;

/// <summary>Shows the fleet: a live table on a terminal, else a line for each change.</summary>
internal sealed class FleetDemoView(FleetView view, FleetLoad load, GatewayServer gateway)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public async Task ShowAsync(CancellationToken stop)
    {
        try
        {
            if (Console.IsOutputRedirected)
                await PrintChangesAsync(stop);
            else
                await AnsiConsole.Live(Shown()).StartAsync(live => RefreshAsync(live, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way out.
        }
    }

    private async Task RefreshAsync(LiveDisplayContext live, CancellationToken stop)
    {
        while (true)
        {
            live.UpdateTarget(Shown());
            await Task.Delay(Refresh, TimeProvider.System, stop);
        }
    }

    private Rows Shown()
    {
        AllocationState? state = view.State;
        Table pools = new Table().AddColumns("pool", "guarantee", "ceiling", "weight", "wants", "due", "serving", "on their way", "why");
        foreach (PoolState pool in state?.Pools ?? [])
        {
            pools.AddRow(
                pool.Name, Number(pool.Guarantee), pool.Ceiling is { } most ? Number(most) : "-", Number(pool.Weight), Number(pool.Demand), pool.Target is { } due ? Number(due) : "-",
                pool.Serving.ToString(Culture), pool.Arriving.ToString(Culture), Markup.Escape(pool.Reason));
        }

        Table nodes = new Table().AddColumns("node", "pool", "phase", "utilisation");
        foreach (FleetNodeState node in state?.Nodes ?? [])
        {
            nodes.AddRow(
                Markup.Escape(node.Node), node.Lease.Pool ?? "-", node.Available ? node.Lease.Phase.ToString().ToLowerInvariant() : "[red]unavailable[/]",
                node.Agent?.Utilisation?.ToString("P0", Culture) ?? "-");
        }

        return new Rows(
            new Text(string.Create(Culture, $"epoch {state?.Epoch} by {state?.Leader}; {load.Served} requests, {load.Failed} failed; dashboard and API: {gateway.AdminAddress}")), pools, nodes);
    }

    private async Task PrintChangesAsync(CancellationToken stop)
    {
        string shown = "";
        while (true)
        {
            await Task.Delay(Refresh, TimeProvider.System, stop);
            if (view.State is not { } state)
                continue;
            string now = string.Join(", ", state.Pools.Select(pool => string.Create(Culture, $"{pool.Name} {pool.Serving} of {pool.Demand:0.##}{(pool.Arriving + pool.Leaving > 0 ? $" ({pool.Arriving} coming, {pool.Leaving} leaving)" : "")}")));
            if (now == shown)
                continue;
            Console.Out.WriteLine(string.Create(Culture, $"epoch {state.Epoch}: {now}; {load.Served} requests, {load.Failed} failed"));
            shown = now;
        }
    }

    private static string Number(double value) => value.ToString("0.##", Culture);
}
