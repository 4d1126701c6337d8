using System.Collections.Concurrent;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>Counts what became of exchanges.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OutcomeCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Count(string outcome) => _counts.AddOrUpdate(outcome, 1, static (_, count) => count + 1);

    public IReadOnlyDictionary<string, long> ByName() =>
        new SortedDictionary<string, long>(_counts.ToDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal), StringComparer.Ordinal);
}
