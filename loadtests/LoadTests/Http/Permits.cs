namespace HashBalancer.LoadTests.Http;

/// <summary>Lets so many in at once. Whoever waits goes on in turn and on the thread of whoever gives a permit back, so that a request that waited for a connection
/// is sent by the connections' own thread, with its others. Thread-safe.</summary>
/// <param name="count">How many.</param>
internal sealed class Permits(int count)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _waiting = new();
    private int _free = count;

    /// <summary>Takes one, to be given back by <see cref="Give"/>; false when none came before <see cref="EndOverdue"/> found the deadline passed.</summary>
    /// <param name="deadline">In the unit of <see cref="EndOverdue"/>.</param>
    public ValueTask<bool> Take(long deadline)
    {
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new ValueTask<bool>(true);
            }

            var waiter = new Waiter(deadline);
            _waiting.Enqueue(waiter);
            return new ValueTask<bool>(waiter.Task);
        }
    }

    /// <summary>Gives one back: to the first who still waits.</summary>
    public void Give()
    {
        while (true)
        {
            Waiter? first;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out first))
                {
                    _free++;
                    return;
                }
            }

            // Not under the lock: whoever waited goes on in here. One that was overdue has gone on already.
            if (first.TrySetResult(true))
                return;
        }
    }

    /// <summary>Tells those whose deadline has passed.</summary>
    public void EndOverdue(long now)
    {
        Waiter[] overdue;
        lock (_lock)
            overdue = [.. _waiting.Where(w => w.Deadline < now)];
        foreach (Waiter waiter in overdue)
            waiter.TrySetResult(false);
    }

    private sealed class Waiter(long deadline) : TaskCompletionSource<bool>
    {
        public long Deadline { get; } = deadline;
    }
}
