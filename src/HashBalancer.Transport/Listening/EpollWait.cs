using System.Threading.Tasks.Sources;

namespace HashBalancer.Transport;

/// <summary>One direction of a client's pipe as an awaitable that is used again and again: tried at once, and again whenever the socket is ready, until it
/// ends or is canceled.</summary>
/// <remarks>One operation at a time. <see cref="Cancel"/> may be called by any thread; <see cref="GoOn"/> by whoever took the direction out of waiting.</remarks>
internal sealed class EpollWait<T>(EpollSocket socket, Direction direction, IEpollOperation<T> operation) : IValueTaskSource<T>
{
    // Continuations run on the loop: whoever waited goes on where its socket became ready.
    private ManualResetValueTaskSourceCore<T> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private int _isCanceled;
    private bool _isPending;

    /// <summary>Whether the operation waits, or goes on at this moment on the loop's thread: the memory is its, then.</summary>
    public bool IsPending => Volatile.Read(ref _isPending);

    /// <summary>Runs the operation.</summary>
    public ValueTask<T> Run(CancellationToken cancellation)
    {
        while (true)
        {
            // Each time: it may be canceled between being asked and beginning to wait.
            if (cancellation.IsCancellationRequested)
                return ValueTask.FromCanceled<T>(cancellation);
            if (operation.TryEnd(out T result, out Exception? failure))
                return failure is null ? new ValueTask<T>(result) : ValueTask.FromException<T>(failure);
            _core.Reset();
            if (cancellation.CanBeCanceled)
            {
                _cancellation = cancellation;
                _registration = cancellation.UnsafeRegister(static wait => ((EpollWait<T>)wait!).Interrupt(), this);
            }

            if (TryWait())
                return new ValueTask<T>(this, _core.Version);
            EndCancellation();
        }
    }

    /// <summary>Ends the operation that waits, or the next one, as canceled.</summary>
    public void Cancel()
    {
        Volatile.Write(ref _isCanceled, 1);
        Interrupt();
    }

    /// <summary>Whether <see cref="Cancel"/> was called since this was asked last.</summary>
    public bool TakeCancel() => Volatile.Read(ref _isCanceled) != 0 && Interlocked.Exchange(ref _isCanceled, 0) != 0;

    /// <summary>What waited tries again.</summary>
    public void GoOn()
    {
        do
        {
            if (_cancellation.IsCancellationRequested)
            {
                _isPending = false;
                _core.SetException(new OperationCanceledException(_cancellation));
                return;
            }

            if (!operation.TryEnd(out T result, out Exception? failure))
                continue;
            _isPending = false;
            if (failure is null)
                _core.SetResult(result);
            else
                _core.SetException(failure);
            return;
        }
        while (!TryWait());
    }

    T IValueTaskSource<T>.GetResult(short token)
    {
        EndCancellation();
        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryWait()
    {
        Volatile.Write(ref _isPending, true);
        if (!socket.TryWait(direction))
        {
            _isPending = false;
            return false;
        }

        // Whoever cancels looks for an operation that waits after saying so: one of the two sees the other.
        bool isInterrupted = Volatile.Read(ref _isCanceled) != 0 || _cancellation.IsCancellationRequested;
        if (!isInterrupted || !socket.TryStopWaiting(direction))
            return true;
        _isPending = false;
        return false;
    }

    /// <summary>Lets what waits look again, on the thread pool: whoever interrupts it may hold locks.</summary>
    private void Interrupt()
    {
        if (socket.TryStopWaiting(direction))
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.GoOn(), this, preferLocal: false);
    }

    private void EndCancellation()
    {
        if (!_cancellation.CanBeCanceled)
            return;
        _registration.Dispose();
        _registration = default;
        _cancellation = default;
    }
}

/// <summary>What an <see cref="EpollWait{T}"/> tries.</summary>
internal interface IEpollOperation<T>
{
    /// <summary>Does what can be done at once; false when that is not the end of it, and the socket must become ready first.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="failure">What is thrown in place of the result; null: nothing.</param>
    bool TryEnd(out T result, out Exception? failure);
}
