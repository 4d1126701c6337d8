namespace HashBalancer.Simulation.Clock;

/// <summary>A clock that jumps from one happening to the next, on one thread: what runs on it is the same at every run.</summary>
/// <remarks>
/// Timers are happenings like others. What awaits continues on this clock's synchronization context, after the happening that
/// completed it and before the next one: asynchronous code, the gateway's own among it, runs in no time and in a fixed order.
/// Not thread-safe.
/// </remarks>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Happening, (long Due, long Order)> _agenda = new();
    private readonly Continuations _continuations = new();
    private Exception? _fault;
    private long _order;

    /// <summary>Since the start, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Now);

    /// <inheritdoc/>
    public override long GetTimestamp() => Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Puts something on the agenda; of two at the same moment the one put there first happens first.</summary>
    /// <param name="at">When, not before <see cref="Now"/>.</param>
    /// <param name="happening">What.</param>
    public void Schedule(long at, Happening happening) => _agenda.Enqueue(happening, (Math.Max(at, Now), _order++));

    /// <summary>Starts what runs on this clock, after the happening of the moment; an exception of it ends <see cref="Run"/>.</summary>
    public void Begin(Func<Task> work) => _continuations.Post(_ => _ = Watch(work), null);

    /// <summary>Lets everything happen that is due, and moves the clock on to a moment.</summary>
    public void Run(long until)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_continuations);
        try
        {
            _continuations.RunAll();
            while (_fault is null && _agenda.TryPeek(out _, out (long Due, long Order) next) && next.Due <= until)
            {
                Now = next.Due;
                _agenda.Dequeue().Happen();
                _continuations.RunAll();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Now = until;
        if (_fault is not null)
            throw new InvalidOperationException("A request of the simulation failed.", _fault);
    }

    private async Task Watch(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            _fault ??= e;
        }
    }

    private sealed class VirtualTimer(VirtualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private Firing? _next;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next = null;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Schedule(dueTime, period);
            return true;
        }

        public void Dispose() => _next = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(TimeSpan dueTime, TimeSpan period)
        {
            _next = new Firing(this, period);
            clock.Schedule(clock.Now + dueTime.Ticks, _next);
        }

        /// <summary>One firing: a timer that was changed or disposed of since has another one, or none.</summary>
        private sealed class Firing(VirtualTimer timer, TimeSpan period) : Happening
        {
            public override void Happen() => timer.Fire(this, period);
        }

        private void Fire(Firing firing, TimeSpan period)
        {
            if (!ReferenceEquals(firing, _next))
                return;
            _next = null;
            if (period > TimeSpan.Zero)
                Schedule(period, period);
            callback(state);
        }
    }
}
