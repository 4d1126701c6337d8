using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace HashBalancer.Transport;

/// <summary>One direction of a socket as an awaitable that is used again and again. One operation at a time.</summary>
internal class SocketOperation() : SocketAsyncEventArgs(true), IValueTaskSource<int>
{
    // Continuations run where the socket completes: that is the point of inline completions.
    private ManualResetValueTaskSourceCore<int> _core;

    /// <summary>Whether the operation started last has ended.</summary>
    public bool IsCompleted => _core.GetStatus(_core.Version) != ValueTaskSourceStatus.Pending;

    /// <summary>The operation started last; to be awaited once.</summary>
    public ValueTask<int> Last => new(this, _core.Version);

    /// <summary>Starts to receive; <see cref="Last"/> tells the end.</summary>
    public void StartReceive(Socket socket)
    {
        _core.Reset();
        if (!socket.ReceiveAsync(this))
            _core.SetResult(0);
    }

    public ValueTask<int> Send(Socket socket)
    {
        _core.Reset();
        if (!socket.SendAsync(this))
            _core.SetResult(0);
        return Last;
    }

    public int GetResult(short token)
    {
        _ = _core.GetResult(token);
        if (SocketError != SocketError.Success)
            throw new SocketException((int)SocketError);
        Transferred(BytesTransferred);
        return BytesTransferred;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Takes note of what was transferred, before whoever awaits it goes on: no state machine is needed for that.</summary>
    protected virtual void Transferred(int count)
    {
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => _core.SetResult(0);
}
