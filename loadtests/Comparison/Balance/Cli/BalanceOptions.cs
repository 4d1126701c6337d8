using System.Globalization;
using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.Comparison.Balance.Cli;

/// <summary>What the comparison of balance was asked for, judged.</summary>
internal sealed record BalanceOptions(BalancePlan Plan, IReadOnlyList<BalanceScenario> Scenarios, IReadOnlyList<IBalancePeer> Peers)
{
    private const double MostSeconds = 3600;
    private const int MostSeeds = 20;
    private const int MostAtOnce = 50;
    private const string SmokeScenario = "equal-1.1";

    /// <exception cref="UsageException">Something is not allowed; every error is told at once.</exception>
    public static BalanceOptions Read(double settle, double measure, int seeds, int atOnce, IReadOnlyList<string> scenarios, IReadOnlyList<string> only, bool smoke)
    {
        var errors = new List<string>();
        foreach ((string option, double seconds) in (ReadOnlySpan<(string, double)>)[("--settle", settle), ("--measure", measure)])
        {
            if (!(seconds is >= 1 and <= MostSeconds))
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"{option}: {seconds} is not allowed; it must be a number from 1 to {MostSeconds}"));
        }

        if (seeds is < 1 or > MostSeeds)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"--seeds: {seeds} is not allowed; it must be a whole number from 1 to {MostSeeds}"));
        if (atOnce is < 1 or > MostAtOnce)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"--at-once: {atOnce} is not allowed; it must be a whole number from 1 to {MostAtOnce}"));
        IReadOnlyList<string> asked = scenarios.Count == 0 && smoke ? [SmokeScenario] : scenarios;
        BalanceScenario[] chosen = Choose("--scenario", asked, BalanceScenario.All, s => s.Name, errors);
        IBalancePeer[] peers = Choose("--only", only, BalancePeers.All, p => p.Name, errors);
        return errors.Count == 0
            ? new BalanceOptions(smoke ? BalancePlan.Smoke : new BalancePlan(TimeSpan.FromSeconds(settle), TimeSpan.FromSeconds(measure), atOnce, 1, seeds), chosen, peers)
            : throw new UsageException(string.Join(Environment.NewLine, errors));
    }

    private static T[] Choose<T>(string option, IReadOnlyList<string> written, IReadOnlyList<T> all, Func<T, string> name, List<string> errors) where T : class
    {
        if (written.Count == 0)
            return [.. all];
        var chosen = new List<T>();
        foreach (string one in written)
        {
            if (all.FirstOrDefault(x => name(x).Equals(one, StringComparison.OrdinalIgnoreCase)) is { } found)
                chosen.Add(found);
            else
                errors.Add($"{option}: \"{one}\" is none of {Section.Listing(all.Select(name))}{NearestName.Hint(one, all.Select(name))}");
        }

        return [.. chosen];
    }
}
