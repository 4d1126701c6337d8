using HashBalancer.LoadTests.Keys;
using HashBalancer.Ring;

namespace HashBalancer.Simulation.Load;

/// <summary>Draws what the requests ask for: keys by Zipf's law, and now and then the flash key.</summary>
/// <remarks>Owner of its own chance: strategies that are compared see the same requests at the same times.</remarks>
internal sealed class Traffic(int keys, double exponent, int seed)
{
    private readonly ZipfKeys _zipf = new(keys, exponent);
    private readonly Random _chance = new(seed);
    private readonly ulong[] _hashes = [.. Enumerable.Range(0, keys + 1).Select(key => KeyHash.Of($"user-{key}"))];

    /// <summary>The key that becomes hot in a flash; Zipf's law never draws it.</summary>
    public int FlashKey => keys;

    /// <summary>The part of requests that ask for <see cref="FlashKey"/>, 0 to 1.</summary>
    public double FlashShare { get; set; }

    /// <summary>The hash of a key.</summary>
    public ulong HashOf(int key) => _hashes[key];

    /// <summary>The key of the next request.</summary>
    public int NextKey() => FlashShare > 0 && _chance.NextDouble() < FlashShare ? FlashKey : (int)_zipf.Next(_chance);

    /// <summary>Which of several the next request is.</summary>
    /// <param name="shares">Their parts of all requests, 1 together; none or one: the first, by no chance.</param>
    public int NextClass(IReadOnlyList<(string Name, double Share)> shares)
    {
        int last = shares.Count - 1;
        if (last < 1)
            return 0;
        double at = _chance.NextDouble();
        for (int i = 0; i < last; i++)
        {
            at -= shares[i].Share;
            if (at < 0)
                return i;
        }

        return last;
    }

    /// <summary>How much work the next request is: exponentially distributed around 1.</summary>
    public double NextWork() => -Math.Log(1 - _chance.NextDouble());

    /// <summary>How long until the next request of many independent users.</summary>
    /// <param name="perSecond">Requests per second in the mean.</param>
    public long NextGap(double perSecond) => (long)(NextWork() / perSecond * TimeSpan.TicksPerSecond);
}
