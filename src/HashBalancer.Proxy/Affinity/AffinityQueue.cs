using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>The requests of one pool that wait for their keys' nodes, in order of arrival.</summary>
/// <remarks>Thread-safe. While nobody waits, what others call costs one read; only waiting takes the lock and allocates.</remarks>
internal sealed class AffinityQueue
{
    /// <summary>Beyond it waiting would cost more than it saves: each finished request looks through the queue.</summary>
    public const int MostWaiting = 1024;

    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiting = [];
    private int _count;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Waits until the node has room under the policy's bound, or the wait's limit is reached.</summary>
    public async ValueTask<WaitVerdict> Wait(AffinityWait limit, PoolPolicy policy, PoolSnapshot view, Node node, TimeProvider time, CancellationToken aborted)
    {
        var waiter = new Waiter(limit.Skips, policy, view, node);
        lock (_gate)
        {
            if (_count == MostWaiting)
                return WaitVerdict.Refused;
            _waiting.Add(waiter);
            // A full fence before the node's count is read: a request that finishes from now on sees that somebody waits.
            Interlocked.Increment(ref _count);
            if (!waiter.MustWait)
            {
                waiter.Node.Load.Begin();
                Remove_NeedsLock(_waiting.Count - 1, WaitVerdict.Owner);
            }
        }

        if (waiter.Verdict.IsCompleted)
            return await waiter.Verdict;
        await using CancellationTokenRegistration leaving = aborted.UnsafeRegister(_ => Leave(waiter, WaitVerdict.Aborted), null);
        await using ITimer timer = time.CreateTimer(_ => Leave(waiter, WaitVerdict.TimedOut), null, limit.Longest, Timeout.InfiniteTimeSpan);
        return await waiter.Verdict;
    }

    /// <summary>Says that a request which did not wait was sent to a node: all who wait were passed over once more.</summary>
    public void Dispatched()
    {
        if (Count == 0)
            return;
        lock (_gate)
            PassOver_NeedsLock(_waiting.Count);
    }

    /// <summary>Says that a request finished: whoever came first for a node with room now gets it.</summary>
    public void Finished()
    {
        if (Count == 0)
            return;
        lock (_gate)
        {
            for (int i = 0; i < _waiting.Count; i++)
            {
                if (_waiting[i].MustWait)
                    continue;
                _waiting[i].Node.Load.Begin();
                Remove_NeedsLock(i, WaitVerdict.Owner);
                PassOver_NeedsLock(i);
                i = -1;
            }
        }
    }

    private void Leave(Waiter waiter, WaitVerdict verdict)
    {
        lock (_gate)
        {
            int at = _waiting.IndexOf(waiter);
            if (at >= 0)
                Remove_NeedsLock(at, verdict);
        }
    }

    /// <summary>Counts a dispatch against those that came before it, the first so many.</summary>
    private void PassOver_NeedsLock(int first)
    {
        for (int i = first - 1; i >= 0; i--)
        {
            if (--_waiting[i].SkipsLeft <= 0)
                Remove_NeedsLock(i, WaitVerdict.Skipped);
        }
    }

    private void Remove_NeedsLock(int at, WaitVerdict verdict)
    {
        Waiter waiter = _waiting[at];
        _waiting.RemoveAt(at);
        Interlocked.Decrement(ref _count);
        waiter.End(verdict);
    }

    private sealed class Waiter(int skips, PoolPolicy policy, PoolSnapshot view, Node node)
    {
        // Asynchronously: the lock is held when it ends, and the request that ended it has its own client to answer.
        private readonly TaskCompletionSource<WaitVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int SkipsLeft { get; set; } = skips;

        public Node Node => node;

        public Task<WaitVerdict> Verdict => _verdict.Task;

        public bool MustWait => NodeRoom.IsFull(policy, view, node);

        public void End(WaitVerdict verdict) => _verdict.SetResult(verdict);
    }
}
