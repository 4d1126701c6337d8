namespace HashBalancer.Consul;

/// <summary>A lock on a key, held by a session of its own until disposed or lost.</summary>
/// <remarks>
/// Thread-safe. While <see cref="IsHeld"/> is true no other holder exists: the lock gives up by its own clock before Consul gives it to
/// another (see <see cref="LockOptions.LockDelay"/> for the one exception). Nothing else may write the key: a plain write resets
/// <see cref="LockIndex"/>.
/// </remarks>
public sealed class ConsulLock : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(2);
    private readonly ConsulClient _client;
    private readonly LockOptions _options;
    private readonly SessionKeeper _session;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private int _disposed;

    private ConsulLock(ConsulClient client, string key, LockOptions options, SessionKeeper session, ulong lockIndex)
    {
        _client = client;
        _options = options;
        _session = session;
        Key = key;
        LockIndex = lockIndex;
        _lost = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
        Lost = _lost.Token;
        _watching = WatchAsync();
    }

    /// <summary>The key, relative to the client's prefix.</summary>
    public string Key { get; }

    /// <summary>The session that holds the lock, for writes that must fail once it is lost.</summary>
    public string SessionId => _session.Id;

    /// <summary>Counts the holders of the key: higher than that of every holder before, as long as the key is not deleted.</summary>
    public ulong LockIndex { get; }

    /// <summary>Cancelled as soon as the lock is lost or given back.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether the lock is held at this moment, by the clock as well. Ask right before acting on it.</summary>
    public bool IsHeld => Volatile.Read(ref _disposed) == 0 && !Lost.IsCancellationRequested && _session.IsAlive;

    internal SessionKeeper Session => _session;

    /// <summary>Waits until the lock is free and takes it; failures of the registry are waited out.</summary>
    /// <param name="client">The client.</param>
    /// <param name="key">The key to lock.</param>
    /// <param name="options">How to hold it; null for the defaults.</param>
    /// <param name="cancellation">Ends the waiting; a lock that was taken meanwhile is given back.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static Task<ConsulLock> AcquireAsync(
        ConsulClient client, string key, LockOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(key);
        options ??= new LockOptions();
        if (options.Check() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        var contender = new LockContender(client, key, options, new Random(unchecked((int)client.Time.GetTimestamp())));
        return AcquireAsync(contender, cancellation);
    }

    /// <summary>Gives the lock back, so that the next one may have it at once; best effort, bounded in time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _lost.CancelAsync();
        await _stop.CancelAsync();
        await _watching;
        using (var limit = new CancellationTokenSource(ReleaseTimeout, _client.Time))
        {
            try
            {
                await _client.Kv.ReleaseAsync(Key, _options.Value, SessionId, cancellation: limit.Token);
            }
            catch (Exception e) when (e is ConsulException or OperationCanceledException)
            {
                // Ending the session gives it back as well, after its lock-delay.
            }
        }

        await _session.DisposeAsync();
        _lost.Dispose();
        _stop.Dispose();
    }

    internal static async Task<ConsulLock> AcquireAsync(LockContender contender, CancellationToken cancellation)
    {
        (SessionKeeper session, ulong lockIndex) = await contender.WinAsync(cancellation);
        return new ConsulLock(contender.Client, contender.Key, contender.Options, session, lockIndex);
    }

    // The session's renewal sees that the session ended only every third of its TTL; the key's watch sees it at once.
    private async Task WatchAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, Lost);
        try
        {
            var watch = new WatchOptions { Retry = _options.Retry };
            await foreach (WatchEvent<Models.KVPair?> seen in ConsulWatch.RunAsync(
                (query, stop) => _client.Kv.GetAsync(Key, query, stop), watch, _client.Time, null, either.Token))
            {
                if (seen is WatchValue<Models.KVPair?> { Value: var pair } && pair?.Session != SessionId)
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Given back, or lost by the clock.
        }
    }
}
