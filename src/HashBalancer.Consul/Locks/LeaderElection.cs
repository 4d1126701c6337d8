namespace HashBalancer.Consul;

/// <summary>One leader among any number of processes that contend for one key.</summary>
/// <remarks>Thread-safe but for <see cref="RunAsync"/>, which is for one caller at a time.</remarks>
public sealed class LeaderElection
{
    private readonly LockContender _contender;
    private ConsulLock? _term;

    /// <summary>Prepares to contend.</summary>
    /// <param name="client">The client.</param>
    /// <param name="key">The key that the leader holds.</param>
    /// <param name="options">How it is held; <see cref="LockOptions.Value"/> is the contender's name in UTF-8, which the others see.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public LeaderElection(ConsulClient client, string key, LockOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Check() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        _contender = new LockContender(client, key, options, new Random(unchecked((int)client.Time.GetTimestamp())));
    }

    /// <summary>Whether this process leads at this moment, by the clock as well.</summary>
    public bool IsLeader => Term?.IsHeld ?? false;

    /// <summary>The lock held while leading, or null.</summary>
    public ConsulLock? Term => Volatile.Read(ref _term);

    /// <summary>The leader's name as last seen; null while there is none or none was seen yet.</summary>
    public string? Leader => IsLeader ? System.Text.Encoding.UTF8.GetString(_contender.Options.Value.Span) : _contender.Holder;

    /// <summary>Contends, leads, and contends again when the leadership is lost, until cancelled.</summary>
    /// <param name="lead">
    /// What the leader does. Its token is cancelled when the leadership is lost or this call is cancelled; until it has ended this process
    /// does not contend again. When it ends by itself the leadership is given back; its exceptions end this call.
    /// </param>
    /// <param name="cancellation">Ends the call once the leadership, if held, is given back.</param>
    public async Task RunAsync(Func<ConsulLock, CancellationToken, Task> lead, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (true)
        {
            if (!await LeadOnceAsync(lead, cancellation))
                await Task.Delay(_contender.Options.Retry.ServerError.First, _contender.Client.Time, cancellation);
        }
    }

    /// <returns>Whether the leadership was lost; else the work ended by itself, and somebody else gets the first chance.</returns>
    private async Task<bool> LeadOnceAsync(Func<ConsulLock, CancellationToken, Task> lead, CancellationToken cancellation)
    {
        await using ConsulLock term = await ConsulLock.AcquireAsync(_contender, cancellation);
        Volatile.Write(ref _term, term);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, term.Lost);
        try
        {
            await lead(term, either.Token);
            return false;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            return true;
        }
        finally
        {
            Volatile.Write(ref _term, null);
        }
    }
}
