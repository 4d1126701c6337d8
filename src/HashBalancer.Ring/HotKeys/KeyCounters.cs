using System.Numerics;

namespace HashBalancer.Ring;

/// <summary>Space-Saving (Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT
/// 2005) over weighted events: a new key takes the place of a least one and inherits its count as error.</summary>
/// <remarks>
/// <para>Fading is forward (Cormode et al., "Forward Decay", ICDE 2009): an event's weight grows with its time, so that old
/// counts need no touch; a summary scales back.</para>
/// <para>Counters lie in plain arrays, searched as vectors: at a hundred or two that beats the paper's list of buckets, which has
/// no room for weights, and a heap. The least are found in batches: all that are within half an event of the least at that
/// time go one after another, so that a stream of new keys does not search for each. Not thread-safe.</para>
/// </remarks>
internal sealed class KeyCounters(int capacity)
{
    /// <summary>Weights double per half-life; long before a double overflows, all are scaled back.</summary>
    private const double LargestWeight = 1e100;

    /// <summary>A key whose requests have faded to this is not worth a mention.</summary>
    private const double Nothing = 1e-3;

    private readonly ulong[] _hashes = new ulong[capacity];
    private readonly double[] _counts = new double[capacity];
    private readonly double[] _errors = new double[capacity];
    private readonly int[] _least = new int[capacity];
    private int _leastLeft;
    private double _leastLimit;
    private double _largestReplaced;
    private double _total;
    private double _weight = 1;
    private double _weightAge;
    private int _used;

    /// <summary>Counts one event.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="age">Half-lives since the first event. Events come in order but for small delays; a late one counts as if on time.</param>
    public void Record(ulong hash, double age)
    {
        if (age > _weightAge)
            Advance(age);
        _total += _weight;
        int at = _hashes.AsSpan(0, _used).IndexOf(hash);
        if (at >= 0)
        {
            _counts[at] += _weight;
        }
        else if (_used < _hashes.Length)
        {
            _hashes[_used] = hash;
            _counts[_used++] = _weight;
        }
        else
        {
            at = TakeLeast();
            _largestReplaced = Math.Max(_largestReplaced, _counts[at]);
            _hashes[at] = hash;
            _errors[at] = _counts[at];
            _counts[at] += _weight;
        }
    }

    /// <summary>The counts as they have faded by an age.</summary>
    public HotKeySummary Read(double age)
    {
        if (_used == 0)
            return HotKeySummary.None;
        double scale = double.Exp2(Math.Min(0, _weightAge - age)) / _weight;
        List<HotKey> keys = [];
        for (int i = 0; i < _used; i++)
        {
            if (_counts[i] * scale >= Nothing)
                keys.Add(new HotKey(_hashes[i], _counts[i] * scale, _errors[i] * scale));
        }

        keys.Sort(static (a, b) => b.Count.CompareTo(a.Count) is not 0 and int byCount ? byCount : a.Hash.CompareTo(b.Hash));
        return new HotKeySummary(_total * scale, _largestReplaced * scale, keys);
    }

    private void Advance(double age)
    {
        _weight *= double.Exp2(age - _weightAge);
        _weightAge = age;
        if (_weight <= LargestWeight)
            return;
        double scale = 1 / _weight;
        for (int i = 0; i < _used; i++)
        {
            _counts[i] *= scale;
            _errors[i] *= scale;
        }

        _total *= scale;
        _largestReplaced *= scale;
        _leastLeft = 0;
        _weight = 1;
    }

    /// <summary>A counter among the least; one that was counted up since the batch was found is passed over.</summary>
    private int TakeLeast()
    {
        while (true)
        {
            while (_leastLeft > 0)
            {
                int at = _least[--_leastLeft];
                if (_counts[at] <= _leastLimit)
                    return at;
            }

            FindLeast();
        }
    }

    private void FindLeast()
    {
        var lanes = new Vector<double>(double.MaxValue);
        ReadOnlySpan<double> counts = _counts;
        int i = 0;
        for (; i + Vector<double>.Count <= counts.Length; i += Vector<double>.Count)
            lanes = Vector.Min(lanes, new Vector<double>(counts[i..]));
        double least = double.MaxValue;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
            least = Math.Min(least, lanes[lane]);
        for (; i < counts.Length; i++)
            least = Math.Min(least, counts[i]);

        _leastLimit = least + (_weight / 2);
        for (i = counts.Length - 1; i >= 0; i--)
        {
            if (counts[i] <= _leastLimit)
                _least[_leastLeft++] = i;
        }
    }
}
