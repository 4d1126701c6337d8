namespace HashBalancer.LoadTests.Running;

/// <summary>Durations in milliseconds; quantiles by nearest rank, within the histogram's relative error.</summary>
internal sealed record LatencySummary(
    long Count, double MinMs, double MeanMs, double P50Ms, double P75Ms, double P90Ms, double P95Ms, double P99Ms, double P999Ms, double P9999Ms, double MaxMs);

/// <summary>What was counted of one step, or of whole iterations.</summary>
/// <param name="Requests">Those that ended, well or not.</param>
/// <param name="Failed">Those that ended badly.</param>
/// <param name="Failures">Failed ones by kind.</param>
/// <param name="Statuses">Answers by HTTP status.</param>
/// <param name="Bytes">Body bytes received.</param>
/// <param name="Latency">Intended start to end of the answer, of successes.</param>
/// <param name="Service">Sent to end of the answer, of successes.</param>
internal sealed record Measurements(
    long Requests,
    long Failed,
    IReadOnlyDictionary<string, long> Failures,
    IReadOnlyDictionary<string, long> Statuses,
    long Bytes,
    LatencySummary Latency,
    LatencySummary Service);

internal sealed record StepResult(string Name, Measurements Measured);

/// <summary>One node's part.</summary>
/// <param name="Name">As its answers say.</param>
/// <param name="Answers">How many it gave.</param>
/// <param name="OfMean">Their number over the mean of all nodes that answered.</param>
internal sealed record NodeResult(string Name, long Answers, double OfMean);

/// <summary>How keys kept to nodes; null where no answer named a node.</summary>
/// <param name="Keys">Keys that were answered.</param>
/// <param name="KeysOnOneNode">Keys that one node alone answered.</param>
/// <param name="Ratio">The latter over the former.</param>
/// <param name="OffOwner">Part of answers from another node than the key's first.</param>
/// <param name="MostNodesPerKey">The most nodes that answered one key.</param>
internal sealed record AffinityResult(long Keys, long KeysOnOneNode, double Ratio, double OffOwner, int MostNodesPerKey);

/// <summary>How evenly nodes were used; null where no answer named a node.</summary>
internal sealed record BalanceResult(double MaxOverMean, double MinOverMean);

/// <summary>What offered rate came about; <see cref="Wanted"/> and <see cref="Error"/> are null for closed loops.</summary>
/// <param name="Wanted">Iterations per second that the scenario asks for.</param>
/// <param name="Planned">Iterations whose intended start lay in the measured time.</param>
/// <param name="SentInTime">Those of them that were sent before it was over.</param>
/// <param name="Error">Part of the planned ones that were sent too late, or never.</param>
/// <param name="Answered">Successful iterations per second.</param>
internal sealed record RateResult(double? Wanted, long Planned, long SentInTime, double? Error, double Answered);

internal sealed record ThresholdResult(string Bound, bool Passed, double? Measured, string Text, string Because);

/// <summary>What came of one scenario.</summary>
internal sealed record ScenarioResult
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>What served it.</summary>
    public required string Target { get; init; }

    public required Uri Url { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double WarmUpSeconds { get; init; }

    /// <summary>From the first intended start that counts to the last answer.</summary>
    public required double MeasuredSeconds { get; init; }

    public required int Seed { get; init; }

    public required string Load { get; init; }

    public required string Keys { get; init; }

    public required int Connections { get; init; }

    /// <summary>Connections opened, replacements of closed ones included.</summary>
    public required long ConnectionsOpened { get; init; }

    public required RateResult Rate { get; init; }

    public required Measurements Iterations { get; init; }

    public required IReadOnlyList<StepResult> Steps { get; init; }

    /// <summary>How late the runner began iterations: its own part of every latency.</summary>
    public required LatencySummary StartDelay { get; init; }

    public required IReadOnlyList<NodeResult> Nodes { get; init; }

    public AffinityResult? Affinity { get; init; }

    public BalanceResult? Balance { get; init; }

    /// <summary>Part of answers that came from the node's cache; null where none says.</summary>
    public double? CacheHitRatio { get; init; }

    public IReadOnlyList<ThresholdResult> Thresholds { get; init; } = [];

    public bool Passed => Thresholds.All(t => t.Passed);
}
