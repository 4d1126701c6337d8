using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Ends one try when its time is over before a response began, by way of the request's abort token, which every forwarder heeds.</summary>
/// <remarks>Made only where a policy sets a time.</remarks>
internal sealed class TryTimer : IDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationToken _client;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _either;
    private bool _disposed;

    public TryTimer(HttpContext context, TimeSpan limit, TimeProvider time)
    {
        _context = context;
        _client = context.RequestAborted;
        _time = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_client, _time.Token);
        context.RequestAborted = _either.Token;
        context.Response.OnStarting(static timer => ((TryTimer)timer).Stop(), this);
    }

    /// <summary>Whether the time ran out.</summary>
    public bool Expired => _time.IsCancellationRequested && !_client.IsCancellationRequested;

    public void Dispose()
    {
        _disposed = true;
        _context.RequestAborted = _client;
        _either.Dispose();
        _time.Dispose();
    }

    private Task Stop()
    {
        // The timer of an earlier try is disposed of when the response of a later one begins.
        if (!_disposed)
            _time.CancelAfter(Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }
}
