namespace HashBalancer.Registry;

/// <summary>One blocking query at rest: it holds no thread, and ends by a change, its time limit or its caller.</summary>
/// <remarks>The result is true when a change ended the wait, false when the time limit did. Thread-safe.</remarks>
internal sealed class Waiter(IReadOnlyList<Topic> topics)
{
    // The continuation runs on the pool: changes complete waiters while they hold the state's lock.
    private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<Topic> Topics { get; } = topics;

    public void Wake() => _end.TrySetResult(true);

    /// <summary>Waits for a change.</summary>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        using ITimer timer = time.CreateTimer(static waiter => ((Waiter)waiter!)._end.TrySetResult(false), this, limit, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration gone = caller.UnsafeRegister(
            static (waiter, token) => ((Waiter)waiter!)._end.TrySetCanceled(token), this);
        return await _end.Task;
    }
}
