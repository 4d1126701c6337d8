using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>
/// The key generators by name; each run makes one of its own, because some keep state. A further one is a class with a Read method
/// and a line here.
/// </summary>
internal static class KeyGenerators
{
    /// <summary>Affinity is kept per key in an array: 4 bytes each.</summary>
    public const long MostKeys = 10_000_000;

    public static readonly IReadOnlyDictionary<string, Func<Section, Func<IKeyGenerator>>> All =
        new Dictionary<string, Func<Section, Func<IKeyGenerator>>>(StringComparer.Ordinal)
        {
            ["uniform"] = UniformKeys.Read,
            ["zipf"] = ZipfKeys.Read,
            ["hot-set"] = HotSetKeys.Read,
            ["sequence"] = SequenceKeys.Read,
            ["file"] = FileKeys.Read,
        };

    public static long ReadCount(Section section) => section.Whole("count", 1, MostKeys);
}
