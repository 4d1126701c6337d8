using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>A request that may live long, so that it can be ended by way of its abort token, which every forwarder heeds.</summary>
internal sealed class LiveStream : IDisposable
{
    private readonly LiveStreams _all;
    private readonly HttpContext _context;
    private readonly CancellationToken _before;
    private readonly CancellationTokenSource _end;
    private int _isOver;

    public LiveStream(LiveStreams all, HttpContext context, Pool pool, Node node)
    {
        _all = all;
        _context = context;
        Pool = pool;
        Node = node;
        _before = context.RequestAborted;
        _end = CancellationTokenSource.CreateLinkedTokenSource(_before);
        context.RequestAborted = _end.Token;
        all.Add(this);
    }

    public Pool Pool { get; }

    /// <summary>Where it runs, as its snapshot had it.</summary>
    public Node Node { get; }

    /// <summary>The timestamp at which its node was first seen not to take new keys; null while it does. The watch's alone.</summary>
    public long? LeftAt { get; set; }

    /// <summary>Ends it, if its response has begun: one that has not is an ordinary request so far, and those finish.</summary>
    /// <returns>Whether it was ended now.</returns>
    public bool TryEnd()
    {
        if (!_context.Response.HasStarted || Interlocked.Exchange(ref _isOver, 1) != 0)
            return false;
        _end.Cancel();
        return true;
    }

    /// <summary>The try is over. Thread-safe beside <see cref="TryEnd"/>, which keeps the source for its callbacks.</summary>
    public void Dispose()
    {
        _all.Remove(this);
        _context.RequestAborted = _before;
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            _end.Dispose();
    }
}
