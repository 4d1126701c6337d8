using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>A channel over .NET's own sockets.</summary>
internal sealed class SocketChannel : ByteChannel
{
    private readonly Socket _socket;
    private readonly Reception _receive;
    private readonly Sending _send;

    public SocketChannel(Socket socket, IChannelObserver observer, IoWatch watch)
    {
        _socket = socket;
        _receive = new Reception(observer, watch);
        _send = new Sending(observer);
    }

    public override bool IsReceiveOver => _receive.IsCompleted;

    public override void StartReceive(Memory<byte> buffer)
    {
        _receive.SetBuffer(buffer);
        try
        {
            _receive.StartReceive(_socket);
        }
        catch (ObjectDisposedException)
        {
            throw new SocketException((int)SocketError.OperationAborted);
        }
    }

    public override ValueTask<int> WhenReceived() => _receive.Last;

    public override ValueTask Send(ReadOnlyMemory<byte> memory)
    {
        ValueTask<int> sending = StartSend(memory);
        // Nearly always the system takes all of it at once.
        if (!sending.IsCompletedSuccessfully)
            return SendRest(memory, sending);
        int sent = sending.Result;
        return sent == memory.Length ? default : SendRest(memory[sent..], StartSend(memory[sent..]));
    }

    public override void Dispose() => _socket.Dispose();

    private ValueTask<int> StartSend(ReadOnlyMemory<byte> memory)
    {
        _send.SetBuffer(MemoryMarshal.AsMemory(memory));
        try
        {
            return _send.Send(_socket);
        }
        catch (ObjectDisposedException)
        {
            throw new SocketException((int)SocketError.OperationAborted);
        }
    }

    private async ValueTask SendRest(ReadOnlyMemory<byte> memory, ValueTask<int> sending)
    {
        while (true)
        {
            memory = memory[await sending..];
            if (memory.IsEmpty)
                return;
            sending = StartSend(memory);
        }
    }

    private sealed class Reception(IChannelObserver observer, IoWatch watch) : SocketOperation
    {
        protected override void Transferred(int count) => observer.Received(count);

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            long begun = watch.Begin();
            base.OnCompleted(e);
            watch.End(begun);
        }
    }

    private sealed class Sending(IChannelObserver observer) : SocketOperation
    {
        protected override void Transferred(int count) => observer.Sent();
    }
}
