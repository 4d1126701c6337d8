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

/// <param name="Name">As the scenario calls it.</param>
/// <param name="Measured">Counts and durations.</param>
/// <param name="Messages">Of WebSockets from sending a message to its echo, of event streams from one event to the next; null for other steps.</param>
internal sealed record StepResult(string Name, Measurements Measured, LatencySummary? Messages = null);

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

/// <summary>Whether gateways sent keys to the same nodes; null with one gateway.</summary>
/// <param name="Keys">Keys that two gateways or more answered.</param>
/// <param name="Ratio">The part of them that all of these gave to one node at last.</param>
/// <param name="Answers">Answers through each gateway.</param>
internal sealed record AgreementResult(long Keys, double Ratio, IReadOnlyList<long> Answers);

/// <summary>An event that happened, and what it did to keys.</summary>
/// <param name="Name">As the scenario calls it.</param>
/// <param name="Description">What happened.</param>
/// <param name="Node">The node that it concerned; null for none or several.</param>
/// <param name="AtSeconds">When it began, since the measured time did.</param>
/// <param name="EndSeconds">When it was done.</param>
/// <param name="Keys">Keys that were answered both before and after it; null for a repeated event, and for the last one when the run ended in it.</param>
/// <param name="Moved">The part of them whose node changed.</param>
/// <param name="Strays">The part of them that moved between two nodes that the event did not concern.</param>
internal sealed record EventResult(
    string Name, string Description, string? Node, double AtSeconds, double EndSeconds, long? Keys, double? Moved, double? Strays);

/// <summary>What came of the iterations that were due in one interval of the run.</summary>
/// <param name="Seconds">When it began, since the measured time did.</param>
/// <param name="Length">How long it lasted, in seconds.</param>
/// <param name="Succeeded">Iterations that ended well.</param>
/// <param name="Failed">Those that did not.</param>
/// <param name="P50Ms">Median latency from the intended start.</param>
/// <param name="P99Ms">99 % were at most so slow.</param>
/// <param name="MaxMs">The slowest.</param>
internal sealed record IntervalResult(double Seconds, double Length, long Succeeded, long Failed, double P50Ms, double P99Ms, double MaxMs);

/// <summary>What a gateway's process held in the course of the run.</summary>
/// <param name="Name">The gateway.</param>
/// <param name="MemoryBytesPerMinute">The least-squares slope of resident memory over the last two thirds of the run.</param>
/// <param name="MemoryGrowth">That slope over these two thirds, as a part of their mean.</param>
/// <param name="HandlesPerMinute">The slope of open handles.</param>
/// <param name="HandleGrowth">Likewise as a part of their mean.</param>
/// <param name="Samples">All that was seen.</param>
internal sealed record ProcessResult(
    string Name, double MemoryBytesPerMinute, double MemoryGrowth, double HandlesPerMinute, double HandleGrowth,
    IReadOnlyList<Measuring.ProcessSample> Samples);

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
    public string Target { get; init; } = "";

    public required Uri Url { get; init; }

    public DateTimeOffset StartedAt { get; init; }

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

    public AgreementResult? Agreement { get; init; }

    /// <summary>What a search for the highest rate found; null for other loads.</summary>
    public Load.SearchResult? Search { get; init; }

    /// <summary>How far p99 rose from the first third of the run to the last, as a part of it; null for runs of fewer than three intervals.</summary>
    public double? LatencyDrift { get; init; }

    public IReadOnlyList<EventResult> Events { get; init; } = [];

    public IReadOnlyList<IntervalResult> Intervals { get; init; } = [];

    public IReadOnlyList<ProcessResult> Processes { get; init; } = [];

    public IReadOnlyList<ThresholdResult> Thresholds { get; init; } = [];

    public bool Passed => Thresholds.All(t => t.Passed);
}
