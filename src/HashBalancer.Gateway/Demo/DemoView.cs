using System.Globalization;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Ring;
using Spectre.Console;

namespace HashBalancer.Gateway.Demo;

/// <summary>Shows the demo's nodes: a live table on a terminal, else a line for each change of state.</summary>
internal static class DemoView
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    public static async Task ShowAsync(GatewayServer gateway, IReadOnlyList<ChildProgram> samples, CancellationToken stop)
    {
        try
        {
            if (Console.IsOutputRedirected)
                await PrintChangesAsync(gateway, stop);
            else
                await AnsiConsole.Live(TableOf(gateway, samples)).StartAsync(live => RefreshAsync(live, gateway, samples, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way out.
        }
    }

    private static async Task RefreshAsync(LiveDisplayContext live, GatewayServer gateway, IReadOnlyList<ChildProgram> samples, CancellationToken stop)
    {
        while (true)
        {
            live.UpdateTarget(TableOf(gateway, samples));
            await Task.Delay(Refresh, TimeProvider.System, stop);
        }
    }

    private static Table TableOf(GatewayServer gateway, IReadOnlyList<ChildProgram> samples)
    {
        Table table = new Table().AddColumns("node", "address", "pid", "state").AddColumn("requests", c => c.RightAligned()).AddColumn("in flight", c => c.RightAligned());
        PoolSnapshot? pool = gateway.Snapshots.Current.Pools.GetValueOrDefault(DemoConfiguration.Pool);
        foreach (Node node in (pool?.Nodes ?? []).OrderBy(node => node.Id, StringComparer.Ordinal))
        {
            ChildProgram? sample = samples.FirstOrDefault(s => s.Name == node.Id && s.ExitCode is null);
            table.AddRow(
                Markup.Escape(node.Id),
                Markup.Escape(node.Address),
                sample?.ProcessId.ToString(CultureInfo.InvariantCulture) ?? "-",
                node.State == NodeState.Up ? "[green]up[/]" : $"[red]{node.State.ToString().ToLowerInvariant()}[/]",
                node.Load.Completed.ToString("N0", CultureInfo.InvariantCulture),
                node.Load.InFlight.ToString(CultureInfo.InvariantCulture));
        }

        foreach (ChildProgram sample in samples.Where(s => s.ExitCode is not null && pool?.Nodes.Any(n => n.Id == s.Name) != true))
            table.AddRow(Markup.Escape(sample.Name), "-", "-", $"[red]exited ({sample.ExitCode})[/]", "-", "-");
        return table;
    }

    private static async Task PrintChangesAsync(GatewayServer gateway, CancellationToken stop)
    {
        Dictionary<string, string> shown = StatesOf(gateway);
        while (true)
        {
            await Task.Delay(Refresh, TimeProvider.System, stop);
            Dictionary<string, string> now = StatesOf(gateway);
            foreach ((string id, string state) in now.Where(pair => shown.GetValueOrDefault(pair.Key) != pair.Value))
                Console.Out.WriteLine($"{id} is {state}");
            foreach (string id in shown.Keys.Except(now.Keys, StringComparer.Ordinal))
                Console.Out.WriteLine($"{id} is gone");
            shown = now;
        }
    }

    private static Dictionary<string, string> StatesOf(GatewayServer gateway) =>
        (gateway.Snapshots.Current.Pools.GetValueOrDefault(DemoConfiguration.Pool)?.Nodes ?? [])
        .ToDictionary(node => node.Id, node => node.State.ToString().ToLowerInvariant(), StringComparer.Ordinal);
}
