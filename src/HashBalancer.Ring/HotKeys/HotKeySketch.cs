using System.Numerics;

namespace HashBalancer.Ring;

/// <summary>Finds the frequent keys of a stream of requests in fixed memory, forgetting at a set pace.</summary>
/// <remarks>
/// <para>Thread-safe; recording takes no lock, waits for nobody and allocates nothing. Each core counts into Space-Saving
/// counters of its own; a thread that finds them taken goes on to the next core's, and, when all are taken, leaves its
/// request uncounted. That is as rare as it is harmless: what is left out does not depend on the key.</para>
/// <para>Per core a key with more than 1/capacity of its requests is always listed, and a count is never off by more than that.</para>
/// </remarks>
public sealed class HotKeySketch
{
    /// <summary>Weights are renewed so often per half-life: 1.1 % apart.</summary>
    private const int StepsPerHalfLife = 64;

    private const int MostStripes = 64;

    private readonly Stripe[] _stripes;
    private readonly double _stepsPerTimestamp;
    private readonly int _capacity;
    private readonly long _start;
    private long _uncounted;

    /// <summary>Makes a sketch.</summary>
    /// <param name="time">Whose timestamps are recorded.</param>
    /// <param name="capacity">Keys tracked per core, 1 to 4,096; default 128. Cost per request grows with it, by about 10 ns per 128.</param>
    /// <param name="halfLife">After this time a request counts half; above zero, default 5 s.</param>
    /// <param name="cores">How many threads may count at once, 1 or more; default the machine's cores. With 1, the same requests give the same
    /// counts whichever threads they run on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public HotKeySketch(TimeProvider time, int capacity = 128, TimeSpan? halfLife = null, int? cores = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 4096);
        int threads = cores ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(cores));
        HalfLife = halfLife ?? TimeSpan.FromSeconds(5);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HalfLife, TimeSpan.Zero, nameof(halfLife));
        _capacity = capacity;
        _start = time.GetTimestamp();
        _stepsPerTimestamp = StepsPerHalfLife / (HalfLife.TotalSeconds * time.TimestampFrequency);
        _stripes = new Stripe[Math.Min(BitOperations.RoundUpToPowerOf2((uint)threads), MostStripes)];
        for (int i = 0; i < _stripes.Length; i++)
            _stripes[i] = new Stripe(capacity);
    }

    /// <summary>After this time a request counts half.</summary>
    public TimeSpan HalfLife { get; }

    /// <summary>Requests left uncounted since the start, because all counters were taken at the moment.</summary>
    public long Uncounted => Volatile.Read(ref _uncounted);

    /// <summary>Counts a request for a key.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="timestamp">Now, of the <see cref="TimeProvider"/> the sketch was made with.</param>
    public void Record(ulong hash, long timestamp)
    {
        double age = AgeOf(timestamp);
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _stripes.Length; i++)
        {
            Stripe stripe = _stripes[(first + i) & (_stripes.Length - 1)];
            if (!stripe.TryEnter())
                continue;
            stripe.Counters.Record(hash, age);
            stripe.Leave();
            return;
        }

        Interlocked.Increment(ref _uncounted);
    }

    /// <summary>The frequent keys of all cores at a moment. For the control plane: it waits for counters that are being written,
    /// while requests pass on to others.</summary>
    /// <param name="timestamp">Now.</param>
    public HotKeySummary Read(long timestamp)
    {
        double age = AgeOf(timestamp);
        var parts = new HotKeySummary[_stripes.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            SpinWait wait = default;
            while (!_stripes[i].TryEnter())
                wait.SpinOnce();
            parts[i] = _stripes[i].Counters.Read(age);
            _stripes[i].Leave();
        }

        return HotKeySummary.Merge(parts, _capacity);
    }

    /// <summary>Half-lives since the start, in whole steps: a weight is computed once per step, not per request.</summary>
    private double AgeOf(long timestamp) => Math.Floor((timestamp - _start) * _stepsPerTimestamp) / StepsPerHalfLife;

    /// <summary>One core's counters, and who is at them. The counters' arrays, allocated between one stripe and the next, keep what two
    /// cores write some kilobytes apart.</summary>
    private sealed class Stripe(int capacity)
    {
        private int _taken;

        public KeyCounters Counters { get; } = new(capacity);

        public bool TryEnter() => Volatile.Read(ref _taken) == 0 && Interlocked.Exchange(ref _taken, 1) == 0;

        public void Leave() => Volatile.Write(ref _taken, 0);
    }
}
