namespace HashBalancer.Agent;

/// <summary>Measures load and keeps the latest report.</summary>
/// <remarks>Reading <see cref="Current"/> is one volatile load; measuring is for one caller at a time.</remarks>
internal sealed class LoadSampler
{
    /// <summary>How often requests in flight are looked at: their mean over a report then rests on several looks.</summary>
    private const int LooksPerReport = 20;

    private readonly LoadOptions _options;
    private readonly IProcessUsage _usage;
    private readonly RequestCounter? _requests;
    private readonly IReadOnlyList<IUtilisationSource> _sources;
    private readonly TimeProvider _time;
    private readonly int _processors;
    private readonly long _memoryBytes;
    private LoadReport _current;
    private TimeSpan _lastCpu;
    private long _lastFinished;
    private long _lastAt;
    private long _inFlightSum;
    private int _looks;
    private bool _faulted;

    /// <param name="options">How often, and what full means.</param>
    /// <param name="usage">The process measured.</param>
    /// <param name="requests">The requests counted, or null where nobody counts them.</param>
    /// <param name="sources">The application's own measures.</param>
    /// <param name="time">The clock.</param>
    /// <param name="processors">Processors available to the process.</param>
    /// <param name="memoryBytes">Memory available to the process.</param>
    public LoadSampler(
        LoadOptions options,
        IProcessUsage usage,
        RequestCounter? requests,
        IReadOnlyList<IUtilisationSource> sources,
        TimeProvider time,
        int processors,
        long memoryBytes)
    {
        _options = options;
        _usage = usage;
        _requests = requests;
        _sources = sources;
        _time = time;
        _processors = processors;
        _memoryBytes = Math.Max(1, memoryBytes);
        _current = new LoadReport(0, 0, requests is null ? null : 0, 0);
        (_lastCpu, _) = usage.Read();
        _lastAt = time.GetTimestamp();
    }

    /// <summary>The latest report; all zero before the first.</summary>
    public LoadReport Current => Volatile.Read(ref _current);

    /// <summary>Told of every report.</summary>
    public Action<LoadReport>? Measured { get; init; }

    /// <summary>Told of the first exception of an <see cref="IUtilisationSource"/>; such a source is left out.</summary>
    public Action<Exception>? Faulted { get; init; }

    /// <summary>A sampler with this machine's, or this container's, processors and memory.</summary>
    public static LoadSampler Create(
        LoadOptions options,
        IProcessUsage usage,
        RequestCounter? requests,
        IEnumerable<IUtilisationSource> sources,
        TimeProvider time,
        Action<LoadReport>? measured = null,
        Action<Exception>? faulted = null) =>
        new(options, usage, requests, [.. sources], time, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            Measured = measured,
            Faulted = faulted,
        };

    /// <summary>Measures until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_requests is null ? _options.Interval : _options.Interval / LooksPerReport, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                Look();
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
    }

    /// <summary>Looks at the requests in flight, and measures when a report is due.</summary>
    internal void Look()
    {
        _inFlightSum += _requests?.InFlight ?? 0;
        _looks++;
        TimeSpan elapsed = _time.GetElapsedTime(_lastAt);
        if (elapsed < _options.Interval)
            return;
        (TimeSpan cpuTime, long memory) = _usage.Read();
        double cpu = Math.Max(0, (cpuTime - _lastCpu) / elapsed / _processors);
        long finished = _requests?.Finished ?? 0;
        double? perSecond = _requests is null ? null : (finished - _lastFinished) / elapsed.TotalSeconds;
        double inFlight = (double)_inFlightSum / _looks;
        var report = new LoadReport(cpu, Math.Max(0, (double)memory / _memoryBytes), perSecond, Utilisation(cpu, inFlight));
        (_lastCpu, _lastFinished, _lastAt, _inFlightSum, _looks) = (cpuTime, finished, _time.GetTimestamp(), 0, 0);
        Volatile.Write(ref _current, report);
        Measured?.Invoke(report);
    }

    private double Utilisation(double cpu, double inFlight)
    {
        if (_sources.Count == 0)
            return _options.ConcurrencyLimit is { } limit ? Math.Max(cpu, inFlight / limit) : cpu;
        double highest = 0;
        foreach (IUtilisationSource source in _sources)
        {
            double? own = Ask(source);
            // Math.Max would let NaN through.
            if (own > highest && double.IsFinite(own.Value))
                highest = own.Value;
        }

        return highest;
    }

    // The application's code: its fault must not end the measurement.
    private double? Ask(IUtilisationSource source)
    {
        try
        {
            return source.Utilisation;
        }
        catch (Exception e)
        {
            if (!_faulted)
                Faulted?.Invoke(e);
            _faulted = true;
            return null;
        }
    }
}
