using System.Globalization;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.Comparison.Cli;

/// <summary>What the comparison was asked for, judged.</summary>
internal sealed record ComparisonOptions(
    IReadOnlyList<IPeer> Peers, IReadOnlyList<Workload> Workloads, IClient Client, RoundPlan Plan, TimeSpan? Soak)
{
    private const int MostRounds = 1000;
    private const int MostWarmUps = 8;
    private const double MostSeconds = 3600;
    private static readonly TimeSpan ShortestSoak = TimeSpan.FromSeconds(5);

    /// <summary>How a workload is measured: as asked for, but shorter for those that come along with all.</summary>
    public RoundPlan PlanOf(Workload workload) => Workloads.Count == WorkloadList.All.Count && workload.Name != WorkloadList.Default ? Plan.Survey() : Plan;

    /// <exception cref="UsageException">Something is not allowed; every error is told at once.</exception>
    public static ComparisonOptions Read(
        int rounds, double seconds, double warmUp, IReadOnlyList<string> workloads, string client, IReadOnlyList<string> only, bool smoke,
        string? soak, IReadOnlyList<IClient> clients)
    {
        var errors = new List<string>();
        if (rounds is < 1 or > MostRounds)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"--rounds: {rounds} is not allowed; it must be a whole number from 1 to {MostRounds}"));
        if (!(seconds is >= 1 and <= MostSeconds))
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"--seconds: {seconds} is not allowed; it must be a number from 1 to {MostSeconds}"));
        if (!(warmUp is >= 0.1 and <= MostSeconds))
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"--warm-up: {warmUp} is not allowed; it must be a number from 0.1 to {MostSeconds}"));
        Workload[] chosen = workloads is [WorkloadList.Everything]
            ? [.. WorkloadList.All.Values]
            : [.. workloads.Select(name => Choose("--workload", name, WorkloadList.All.Values, w => w.Name, errors)).OfType<Workload>()];
        TimeSpan length = default;
        if (soak is not null && !(Durations.TryParse(soak, out length) && length >= ShortestSoak))
            errors.Add($"--soak: \"{soak}\" is not allowed; it must be {Durations.Allowed}, at least {Durations.Text(ShortestSoak)}");
        IClient? generator = Choose("--client", client, clients, c => c.Name, errors);
        if (generator?.Missing() is { } reason)
            errors.Add($"--client: {reason}");
        IPeer[] peers = only.Count == 0
            ? [.. PeerList.All]
            : [.. only.Select(name => Choose("--only", name, [.. PeerList.All, .. PeerList.OnRequest], p => p.Name, errors)).OfType<IPeer>()];
        return errors.Count == 0
            ? new ComparisonOptions(
                peers, chosen, generator!,
                smoke ? RoundPlan.Smoke : new RoundPlan(rounds, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(warmUp), MostWarmUps),
                soak is null ? null : length)
            : throw new UsageException(string.Join(Environment.NewLine, errors));
    }

    private static T? Choose<T>(string option, string written, IEnumerable<T> all, Func<T, string> name, List<string> errors) where T : class
    {
        T? found = all.FirstOrDefault(x => name(x).Equals(written, StringComparison.OrdinalIgnoreCase));
        if (found is null)
            errors.Add($"{option}: \"{written}\" is none of {Section.Listing(all.Select(name))}{NearestName.Hint(written, all.Select(name))}");
        return found;
    }
}
