namespace HashBalancer.Proxy;

/// <summary>What this gateway's own checks say about a node.</summary>
/// <remarks>The state is read without a lock. Who checks, one check of a node at a time, writes it under the pool's lock.</remarks>
internal sealed class NodeCheck
{
    private volatile bool _isUnhealthy;
    private int _inARow;
    private int _isRunning;

    /// <summary>Whether the node fails its checks.</summary>
    public bool IsUnhealthy => _isUnhealthy;

    /// <summary>The timestamp from which on the next check is due. The checker's alone.</summary>
    public long Due { get; set; }

    /// <summary>Begins a check, unless one runs.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _isRunning, 1) == 0;

    /// <summary>Ends the check that runs.</summary>
    public void End() => Volatile.Write(ref _isRunning, 0);

    /// <summary>Counts a check; returns whether the node's state changed by it.</summary>
    public bool Report(bool passed, ActiveCheckPolicy policy)
    {
        if (passed != _isUnhealthy)
        {
            _inARow = 0;
            return false;
        }

        if (++_inARow < (passed ? policy.Successes : policy.Failures))
            return false;
        _isUnhealthy = !passed;
        _inARow = 0;
        return true;
    }

    /// <summary>Forgets what the checks said: there are none any more.</summary>
    public void Reset()
    {
        _isUnhealthy = false;
        _inARow = 0;
        Due = 0;
    }
}
