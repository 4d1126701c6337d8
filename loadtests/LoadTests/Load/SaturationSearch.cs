using System.Globalization;
using System.Runtime.CompilerServices;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Load;

/// <summary>One rate that was tried.</summary>
/// <param name="Rate">Requests per second.</param>
/// <param name="LatencyMs">The bounded quantile of latency from the intended start.</param>
/// <param name="FailedPart">The part of iterations that failed.</param>
/// <param name="Passed">Whether it was served within the bounds.</param>
internal sealed record SearchTrial(double Rate, double LatencyMs, double FailedPart, bool Passed);

/// <summary>What a search found.</summary>
/// <param name="Rate">The highest rate that was served within the bounds; 0 when none was.</param>
/// <param name="Trials">All rates in the order they were tried.</param>
internal sealed record SearchResult(double Rate, IReadOnlyList<SearchTrial> Trials);

/// <summary>
/// Looks for the highest rate at which a quantile of latency stays within a limit: the rate grows by half until it does not, then the
/// gap is halved until it is small enough. Each trial is an open loop of its own; one that fails is repeated once, because a machine
/// with other work pauses now and then.
/// </summary>
internal sealed class SaturationSearch(double from, double to, TimeSpan trial, double quantile, TimeSpan limit, double precision) : ILoadSimulation
{
    private const double Growth = 1.5;

    // More failed requests than that are no service, however fast the others were.
    private const double MostFailed = 0.001;
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly List<SearchTrial> _trials = [];

    public string Description { get; } = string.Create(CultureInfo.InvariantCulture,
        $"search from {from:R}/s for the highest rate with p{quantile * 100:0.##} within {Durations.Text(limit)}");

    public double? Rate => null;

    public int? Users => null;

    public SearchResult? Result { get; private set; }

    public static SaturationSearch Read(Section section)
    {
        double from = section.Number("from", 1, 1_000_000);
        double to = section.Number("to", 1, 1_000_000, 1_000_000);
        if (to < from)
            section.Error("to", "is below from");
        return new SaturationSearch(
            from, to,
            section.Duration("trial", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), TimeSpan.FromSeconds(2)),
            section.Number("quantile", 0.5, 0.9999, 0.99),
            section.Duration("latency", TimeSpan.FromMicroseconds(1), TimeSpan.FromMinutes(1)),
            section.Number("precision", 0.01, 1, 0.1));
    }

    public async Task Run(LoadRun run, CancellationToken cancellation)
    {
        _trials.Clear();
        double good = 0;
        double? bad = null;
        for (double rate = from; Time(run) && rate <= to && (bad is null || bad - good > precision * good); rate = Next(good, bad))
        {
            bool passed = await Try(run, rate, cancellation) || (Time(run) && await Try(run, rate, cancellation));
            if (passed)
                good = rate;
            else
                bad = rate;
            if (good == 0 && bad is not null)
                break;
        }

        Result = new SearchResult(good, [.. _trials]);
    }

    private static double Next(double good, double? bad) => bad is { } above ? (good + above) / 2 : good * Growth;

    private bool Time(LoadRun run) => run.Clock.Now + (long)trial.TotalNanoseconds <= run.Start + run.Length;

    private async Task<bool> Try(LoadRun run, double rate, CancellationToken cancellation)
    {
        var latency = new LatencyHistogram();
        long failed = 0;
        await new OpenLoop("constant", rate, (r, _) => new ConstantArrivals(r)).Run(
            run with { Start = run.Clock.Now, Length = (long)trial.TotalNanoseconds, Iterate = Watched }, cancellation);
        long count = latency.Count;
        var result = new SearchTrial(rate, latency.Quantile(quantile) / NanosecondsPerMillisecond, count == 0 ? 1 : (double)failed / count, Passed: false);
        result = result with { Passed = result.LatencyMs <= limit.TotalMilliseconds && result.FailedPart <= MostFailed };
        _trials.Add(result);
        return result.Passed;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        async ValueTask<bool> Watched(long due, long key)
        {
            bool succeeded = await run.Iterate(due, key);
            latency.Record(run.Clock.Now - due);
            if (!succeeded)
                Interlocked.Increment(ref failed);
            return succeeded;
        }
    }
}
