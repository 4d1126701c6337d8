using System.Collections.Concurrent;
using System.Diagnostics;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The value of one label set of a synchronous counter or gauge. Thread-safe.</summary>
internal sealed class SumSeries(Labels labels, byte[] line)
{
    private double _sum;

    public Labels Labels => labels;

    /// <summary>Its line up to the value.</summary>
    public byte[] Line => line;

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

/// <summary>One label set of an observable instrument. For scrapes alone: not thread-safe.</summary>
internal sealed class ObservedSeries(Labels labels, byte[] line)
{
    public Labels Labels => labels;

    /// <summary>Its line up to the value.</summary>
    public byte[] Line => line;

    /// <summary>The scrape that saw it last.</summary>
    public long Scrape { get; set; }
}

/// <summary>A measurement that stands for those of its bucket, with the span that it was made in.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 of them.</param>
/// <param name="Value">The measurement.</param>
/// <param name="At">When the span began.</param>
internal sealed record Exemplar(string TraceId, string SpanId, double Value, DateTime At);

/// <summary>The buckets of one label set of a histogram. Thread-safe; a scrape may see a recording half done, never a lost one.</summary>
internal sealed class HistogramSeries(Labels labels, double[] bounds, HistogramLines lines, bool keepsExemplars)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Exemplar?[] _exemplars = keepsExemplars ? new Exemplar?[bounds.Length + 1] : [];
    private readonly SumSeries _sum = new(labels, lines.Sum);

    public Labels Labels => labels;

    public HistogramLines Lines => lines;

    public double Sum => _sum.Value;

    /// <summary>How many buckets there are: one more than bounds.</summary>
    public int Buckets => _counts.Length;

    /// <summary>The count of one bucket, not cumulated.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>The latest measurement of a bucket that was made in a recorded span; null: none.</summary>
    public Exemplar? ExemplarOf(int bucket) => keepsExemplars ? Volatile.Read(ref _exemplars[bucket]) : null;

    public void Record(double value)
    {
        int bucket = Array.BinarySearch(bounds, value);
        if (bucket < 0)
            bucket = ~bucket;
        Interlocked.Increment(ref _counts[bucket]);
        _sum.Add(value);
        if (keepsExemplars && Activity.Current is { Recorded: true } span)
            Volatile.Write(ref _exemplars[bucket], new Exemplar(span.TraceId.ToHexString(), span.SpanId.ToHexString(), value, span.StartTimeUtc));
    }
}

/// <summary>The series of one instrument by their labels. Look-ups take no lock, and allocate nothing once the series is there.</summary>
internal sealed class SeriesTable<TSeries>(Func<Labels, TSeries> create)
    where TSeries : class
{
    private readonly Lock _growing = new();
    private readonly ConcurrentDictionary<int, (Labels Labels, TSeries Series)[]> _byHash = new();
    private readonly List<TSeries> _inOrder = []; // Guarded by _growing.

    /// <summary>All series, in the order in which they came.</summary>
    public TSeries[] All
    {
        get
        {
            lock (_growing)
                return [.. _inOrder];
        }
    }

    public TSeries Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int hash = Labels.HashOf(tags);
        return Find(hash, tags) ?? Add(hash, tags);
    }

    /// <summary>Forgets the series that are not to stay.</summary>
    public void Keep(Func<TSeries, bool> stays)
    {
        lock (_growing)
        {
            _inOrder.RemoveAll(series => !stays(series));
            foreach ((int hash, (Labels Labels, TSeries Series)[] chain) in _byHash)
            {
                if (Array.TrueForAll(chain, entry => stays(entry.Series)))
                    continue;
                (Labels, TSeries)[] left = Array.FindAll(chain, entry => stays(entry.Series));
                if (left.Length == 0)
                    _byHash.TryRemove(hash, out _);
                else
                    _byHash[hash] = left;
            }
        }
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
            _inOrder.Add(series);

            // Readers use a chain without a lock, so it is replaced, never changed.
            _byHash[hash] = [.. _byHash.GetValueOrDefault(hash, []), (labels, series)];
            return series;
        }
    }
}
