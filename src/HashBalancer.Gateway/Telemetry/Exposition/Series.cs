namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The value of one label set of a synchronous counter or gauge. Thread-safe.</summary>
internal sealed class SumSeries(Labels labels)
{
    private double _sum;

    public Labels Labels => labels;

    public double Value => Volatile.Read(ref _sum);

    public void Set(double value) => Volatile.Write(ref _sum, value);

    public void Add(double value)
    {
        double seen = Volatile.Read(ref _sum);
        while (true)
        {
            double before = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }
}

/// <summary>The buckets of one label set of a histogram. Thread-safe; a scrape may see a recording half done, never a lost one.</summary>
internal sealed class HistogramSeries(Labels labels, double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly SumSeries _sum = new(labels);

    public Labels Labels => labels;

    public double Sum => _sum.Value;

    /// <summary>Upper bounds, inclusive and ascending; the last bucket, without bound, is not among them.</summary>
    public double[] Bounds => bounds;

    /// <summary>Counts per bucket, not cumulated; one more than there are bounds.</summary>
    public long[] Counts() => [.. _counts.Select((_, i) => Volatile.Read(ref _counts[i]))];

    public void Record(double value)
    {
        int bucket = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]);
        _sum.Add(value);
    }
}

/// <summary>The series of one instrument by their labels. Look-ups take no lock; only a new label set does.</summary>
internal sealed class SeriesTable<TSeries>(Func<Labels, TSeries> create)
    where TSeries : class
{
    private readonly Lock _growing = new();
    private volatile Dictionary<int, (Labels Labels, TSeries Series)[]> _byHash = [];

    public IEnumerable<TSeries> All => _byHash.Values.SelectMany(chain => chain).Select(entry => entry.Series);

    public TSeries Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int hash = Labels.HashOf(tags);
        return Find(hash, tags) ?? Add(hash, tags);
    }

    private TSeries? Find(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_byHash.TryGetValue(hash, out (Labels Labels, TSeries Series)[]? chain))
        {
            foreach ((Labels labels, TSeries series) in chain)
            {
                if (labels.Match(tags))
                    return series;
            }
        }

        return null;
    }

    private TSeries Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_growing)
        {
            if (Find(hash, tags) is { } raced)
                return raced;
            Labels labels = Labels.Of(tags);
            TSeries series = create(labels);

            // Readers use the dictionary without a lock, so it is replaced, never changed.
            _byHash = new(_byHash) { [hash] = [.. _byHash.GetValueOrDefault(hash, []), (labels, series)] };
            return series;
        }
    }
}
