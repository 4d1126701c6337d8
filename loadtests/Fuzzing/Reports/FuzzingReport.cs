using HashBalancer.Fuzzing.Runs;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Fuzzing.Reports;

/// <summary>Everything that one call of the fuzzer did and found.</summary>
/// <param name="Version">HashBalancer's version.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Command">What repeats it.</param>
/// <param name="Results">One for each thing that was damaged.</param>
internal sealed record FuzzingReport(string Version, DateTimeOffset StartedAt, Machine Machine, string Command, IReadOnlyList<FuzzResult> Results);
