using System.Globalization;
using HashBalancer.LoadTests.Reports;
using Spectre.Console;

namespace HashBalancer.LoadTests.Progress;

/// <summary>Shows runs under way: a live table on a terminal, elsewhere a line for each every ten seconds.</summary>
internal sealed class ProgressView(LiveRuns runs, IAnsiConsole console, TimeProvider time)
{
    private const int BarWidth = 30;

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Shows them while the work lasts.</summary>
    public async Task<T> During<T>(Func<Task<T>> work)
    {
        using var done = new CancellationTokenSource();
        Task<T> working = work();
        Task showing = console.Profile.Capabilities.Ansi && console.Profile.Capabilities.Interactive ? Live(done.Token) : Lines(done.Token);
        try
        {
            return await working;
        }
        finally
        {
            await done.CancelAsync();
            await showing;
            runs.Clear();
        }
    }

    /// <summary>The runs as a table.</summary>
    public static Table TableOf(IEnumerable<ProgressFigures> figures)
    {
        Table table = new Table().AddColumns("scenario", "", "ended", "failed", "now/s", "p50 now", "p99 now");
        foreach (ProgressFigures f in figures)
        {
            table.AddRow(
                Markup.Escape(f.Name), Bar(f), Figures.Count(f.Ended), f.Failed == 0 ? "0" : $"[red]{Figures.Count(f.Failed)}[/]",
                Figures.PerSecond(f.PerSecond), Figures.Milliseconds(f.P50Ms), Figures.Milliseconds(f.P99Ms));
        }

        return table;
    }

    /// <summary>A run as a line.</summary>
    public static string LineOf(ProgressFigures f) => f.WarmingUp
        ? string.Create(CultureInfo.InvariantCulture, $"{f.Name}: {f.Part:P0}, warming up")
        : string.Create(CultureInfo.InvariantCulture,
            $"{f.Name}: {f.Part:P0}, {Figures.Count(f.Ended)} ended, {Figures.Count(f.Failed)} failed; now {Figures.PerSecond(f.PerSecond)}/s, p50 {Figures.Milliseconds(f.P50Ms)}, p99 {Figures.Milliseconds(f.P99Ms)}");

    private static string Bar(ProgressFigures f)
    {
        int filled = (int)(f.Part * BarWidth);
        return $"[{(f.WarmingUp ? "yellow" : "green")}]{new string('█', filled)}[/][grey]{new string('░', BarWidth - filled)}[/] {f.Part.ToString("P0", CultureInfo.InvariantCulture)}";
    }

    private IReadOnlyList<ProgressFigures> Now() => [.. runs.Current.Select(ProgressFigures.Of)];

    private async Task Live(CancellationToken done) =>
        await console.Live(TableOf(Now())).AutoClear(enabled: true).StartAsync(async live =>
        {
            while (await Wait(Refresh, done))
                live.UpdateTarget(TableOf(Now()));
        });

    private async Task Lines(CancellationToken done)
    {
        while (await Wait(LineInterval, done))
        {
            foreach (ProgressFigures figures in Now())
                console.WriteLine(LineOf(figures));
        }
    }

    private async Task<bool> Wait(TimeSpan span, CancellationToken done)
    {
        try
        {
            await Task.Delay(span, time, done);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
