using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Watches requests for whoever asks: traces, access logs, and profiles of single keys.</summary>
/// <remarks>Thread-safe. While nobody asks, a request pays one read and allocates nothing.</remarks>
public sealed class RequestObserver
{
    /// <summary>The name of the source of spans.</summary>
    public const string SourceName = "HashBalancer.Proxy";

    /// <summary>Profiles that may wait at once.</summary>
    private const int MostProfiles = 64;

    private readonly ConcurrentDictionary<(string Pool, ulong Hash), TaskCompletionSource<RequestRecord>> _profiles = new();
    private readonly TimeProvider _time;
    private volatile bool _isOn;
    private bool _recordsAll;

    internal RequestObserver(TimeProvider time) => _time = time;

    /// <summary>Where spans come from.</summary>
    internal static ActivitySource Source { get; } = new(SourceName, typeof(RequestObserver).Assembly.GetName().Version?.ToString(3));

    /// <summary>Whether requests are to be looked at at all.</summary>
    internal bool IsOn => _isOn || Source.HasListeners();

    /// <summary>Keeps a <see cref="RequestRecord"/> for every request from now on, as a feature of its context: for access logs.</summary>
    public void RecordAll()
    {
        _recordsAll = true;
        _isOn = true;
    }

    /// <summary>Waits for the next request with a key, and tells what it met once it has ended.</summary>
    /// <param name="pool">The pool's name, in its own spelling.</param>
    /// <param name="hash">The key's hash.</param>
    /// <param name="stop">Gives up waiting.</param>
    /// <returns>Null when too many wait already.</returns>
    /// <exception cref="OperationCanceledException">No such request came until <paramref name="stop"/>.</exception>
    public async Task<RequestRecord?> ProfileAsync(string pool, ulong hash, CancellationToken stop)
    {
        var asked = new TaskCompletionSource<RequestRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<RequestRecord> shared = _profiles.GetOrAdd((pool, hash), asked);
        if (_profiles.Count > MostProfiles)
        {
            _profiles.TryRemove(KeyValuePair.Create((pool, hash), asked));
            return null;
        }

        _isOn = true;
        try
        {
            return await shared.Task.WaitAsync(stop);
        }
        finally
        {
            _profiles.TryRemove(KeyValuePair.Create((pool, hash), shared));
            _isOn = _recordsAll || !_profiles.IsEmpty;
        }
    }

    /// <summary>Begins to watch a request; null when nobody asks for it.</summary>
    internal Observation? Begin(HttpContext context, Pool pool)
    {
        Activity? server = Activity.Current is { IsAllDataRequested: true } current && Source.HasListeners() ? current : null;
        if (server is null && !_isOn)
            return null;
        var seen = new Observation(this, pool, server, _time);
        context.Features.Set(seen);
        if (_recordsAll)
            context.Features.Set(seen.Record);
        return seen;
    }

    /// <summary>What watches a request; null when nobody does.</summary>
    internal Observation? Of(HttpContext context) => IsOn ? context.Features.Get<Observation>() : null;

    /// <summary>A request has ended that somebody may have waited for.</summary>
    internal void Ended(RequestRecord record)
    {
        if (record.Hash is { } hash && record.Pool is { } pool && _profiles.TryRemove((pool, hash), out TaskCompletionSource<RequestRecord>? asked))
            asked.TrySetResult(record);
    }
}
