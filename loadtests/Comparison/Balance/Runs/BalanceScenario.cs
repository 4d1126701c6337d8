using System.Globalization;
using HashBalancer.Comparison.Hosts;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.Ring;

namespace HashBalancer.Comparison.Balance.Runs;

/// <summary>How skewed the keys are, and how fast the nodes. No proxy is told the speeds.</summary>
/// <param name="Exponent">Zipf's.</param>
/// <param name="Fleet">The speeds' name.</param>
/// <param name="Speeds">By node; 1 is usual.</param>
internal sealed record BalanceScenario(double Exponent, string Fleet, IReadOnlyList<double> Speeds)
{
    /// <summary>Of what the nodes could do if each key stayed on its owner.</summary>
    private const double Load = 0.6;

    private const int EstimateSeed = 11;
    private const int EstimateDraws = 300_000;

    private static readonly double[] Equal = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    private static readonly double[] Unlike = [1, 1, 1, 1, 1, 1, 2, 2, 0.5, 0.5];

    /// <summary>All that are measured without a choice.</summary>
    public static IReadOnlyList<BalanceScenario> All { get; } =
    [
        .. new[] { 0.9, 1.0, 1.1, 1.2 }.Select(exponent => new BalanceScenario(exponent, "equal", Equal)),
        .. new[] { 0.9, 1.0, 1.1, 1.2 }.Select(exponent => new BalanceScenario(exponent, "unlike", Unlike)),
    ];

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Fleet}-{Exponent:0.0}");

    /// <summary>So few that caches are warm after a minute, and twice as many as all of them hold.</summary>
    public int Keys => 10_000;

    /// <summary>Long enough for timers to be exact, and for a thousand requests a second to be more than needed.</summary>
    public NodeWork Work { get; } = new(Slots: 4, Cache: 500, Hit: TimeSpan.FromMilliseconds(32), Miss: TimeSpan.FromMilliseconds(160));

    /// <summary>Requests a second.</summary>
    public double Rate()
    {
        double hits = HitsOfPlainRing();
        double seconds = (hits * Work.Hit.TotalSeconds) + ((1 - hits) * Work.Miss.TotalSeconds);
        return Load * Work.Slots * Speeds.Sum() / seconds;
    }

    /// <summary>The hit ratio when each key stays on its owner.</summary>
    private double HitsOfPlainRing()
    {
        HashRing ring = HashRing.Build(Speeds.Select((_, i) => new RingMember(BackendHost.NameOf(i))));
        var keys = new ZipfKeys(Keys, Exponent);
        var random = new Random(EstimateSeed);
        KeyCache<long>[] caches = [.. Speeds.Select(_ => new KeyCache<long>(Work.Cache))];
        int hits = 0;
        for (int i = 0; i < 2 * EstimateDraws; i++)
        {
            long key = keys.Next(random);
            int owner = ring.Owner(KeyHash.Of(key.ToString(CultureInfo.InvariantCulture)));
            if (caches[owner].Use(key) && i >= EstimateDraws)
                hits++;
        }

        return (double)hits / EstimateDraws;
    }
}
