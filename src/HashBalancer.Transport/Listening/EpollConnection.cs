using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Transport;

/// <summary>A client's connection as Kestrel works with it. Its pipes go straight to the socket: nothing runs in between.</summary>
internal sealed class EpollConnection : ConnectionContext, IEpollHandler, IDuplexPipe, IMemoryPoolFeature, IConnectionLifetimeFeature, IConnectionTransportFeature,
    IConnectionItemsFeature, IConnectionIdFeature, IConnectionEndPointFeature
{
    private static long _lastNumber;

    private readonly CancellationTokenSource _closed = new();
    private readonly EpollSocket _socket;
    private readonly EpollInput _input;
    private readonly EpollOutput _output;
    private string? _id;
    private IDictionary<object, object?>? _items;
    private int _isClosed;

    public EpollConnection(int descriptor, EpollLoop loop, MemoryPool<byte> pool, IPEndPoint? local, IPEndPoint? remote)
    {
        _socket = new EpollSocket(descriptor, this, loop);
        _input = new EpollInput(_socket, this);
        _output = new EpollOutput(_socket, this);
        MemoryPool = pool;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Transport = this;
        ConnectionClosed = _closed.Token;
        Features = new FeatureCollection(8);
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
    }

    public MemoryPool<byte> MemoryPool { get; }

    public override IDuplexPipe Transport { get; set; }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public override string ConnectionId
    {
        get => _id ??= string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:X}-{Interlocked.Increment(ref _lastNumber):X}");
        set => _id = value;
    }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <summary>Starts to watch the socket; false, and all is over, when the system does not let it.</summary>
    public bool TryStart()
    {
        if (_socket.Register() == 0)
            return true;
        _socket.Dispose();
        return false;
    }

    /// <summary>The client has closed its side, or the connection broke.</summary>
    public void Close()
    {
        // On the thread pool: what listens to it may do much, and this is in the middle of a request's work.
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection._closed.Cancel(), this, preferLocal: false);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.ResetOnClose();
        _socket.Dispose();
        Close();
    }

    public override ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        _socket.Dispose();
        Close();
        return base.DisposeAsync();
    }

    void IEpollHandler.Readable() => _input.Readable();

    void IEpollHandler.Writable() => _output.Writable();

    void IEpollHandler.HungUp() => _input.HungUp();
}
