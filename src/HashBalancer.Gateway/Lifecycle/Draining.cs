namespace HashBalancer.Gateway.Lifecycle;

/// <summary>Whether this process is about to stop: it serves on, tells whoever asks that it is no longer ready, and ends connections as their requests end.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Draining
{
    private volatile bool _has;

    public bool HasBegun => _has;

    public void Begin() => _has = true;

    /// <summary>Ends connections by HTTP/1.1 after their next answer: closing them while they are idle could meet a request on its way.</summary>
    public Task EndConnections(HttpContext context, RequestDelegate next)
    {
        if (_has && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
        return next(context);
    }
}
