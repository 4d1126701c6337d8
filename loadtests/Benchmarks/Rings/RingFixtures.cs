using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Members, rings and keys that benchmarks share, made once per process.</summary>
internal static class RingFixtures
{
    /// <summary>Keys asked for in a round: enough that a line is seldom in the nearest cache because the key before needed it.</summary>
    public const int KeyCount = 1 << 18;

    private static readonly Dictionary<int, HashRing> Rings = [];
    private static readonly Dictionary<int, (uint[], int[])> Points = [];
    private static readonly Dictionary<int, MaglevTable> Maglevs = [];

    /// <summary>Hashes that spread over the whole circle.</summary>
    public static ulong[] Hashes { get; } = [.. RandomHashes(KeyCount)];

    /// <summary>Identifiers of 11 to 14 characters, as users or sessions have them.</summary>
    public static string[] Keys { get; } = [.. RandomHashes(KeyCount).Select(hash => $"user-{100_000 + (hash % 900_000_000)}")];

    /// <summary>The same keys, one behind the other.</summary>
    public static KeyText KeyText { get; } = new(Keys);

    /// <summary>Hashes drawn by Zipf 1.0 in its continuous form: the logarithm of the rank is uniform.</summary>
    public static ulong[] ZipfHashes { get; } = [.. ZipfRanks().Select(rank => Hashes[rank])];

    /// <summary>The keys of the same ranks, one behind the other.</summary>
    public static KeyText ZipfKeyText { get; } = new(ZipfRanks().Select(rank => Keys[rank]));

    public static RingMember[] Members(int nodes) => [.. Enumerable.Range(0, nodes).Select(i => new RingMember($"items-{i:x8}"))];

    public static HashRing Ring(int nodes) => Cached(Rings, nodes, n => HashRing.Build(Members(n)));

    public static MaglevTable Maglev(int nodes) => Cached(Maglevs, nodes, n => new MaglevTable(Members(n)));

    /// <summary>The points of a ring in order, as position and slot: what baselines search.</summary>
    public static (uint[] Positions, int[] Slots) PointsOf(int nodes) => Cached(Points, nodes, SortPoints);

    /// <summary>What a ring without merging does for every change: hashes and sorts all points.</summary>
    public static (uint[] Positions, int[] Slots) SortPoints(int nodes)
    {
        (uint Position, int Slot)[] points = [.. PointRecipe.PointsOf(Members(nodes), HashRing.DefaultPointsPerUnitWeight)];
        Array.Sort(points);
        return ([.. points.Select(p => p.Position)], [.. points.Select(p => p.Slot)]);
    }

    private static T Cached<T>(Dictionary<int, T> cache, int nodes, Func<int, T> make)
    {
        if (!cache.TryGetValue(nodes, out T? made))
            cache[nodes] = made = make(nodes);
        return made;
    }

    private static IEnumerable<int> ZipfRanks() =>
        RandomHashes(KeyCount).Reverse().Select(hash => (int)Math.Pow(KeyCount, hash / (double)ulong.MaxValue) - 1);

    private static IEnumerable<ulong> RandomHashes(int count)
    {
        var chance = new Random(20_260_101);
        for (int i = 0; i < count; i++)
            yield return (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
    }
}
