using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>A failed forward, told as YARP tells its own.</summary>
internal sealed record ForwardError(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature
{
    /// <summary>Tells the error; a response that has begun is cut off, for its client must not take it for complete.</summary>
    public static ForwarderError Report(HttpContext context, ForwarderError error, Exception? exception, int status)
    {
        context.Features.Set<IForwarderErrorFeature>(new ForwardError(error, exception));
        if (context.Response.HasStarted)
        {
            context.Abort();
        }
        else
        {
            context.Response.Clear();
            context.Response.StatusCode = status;
        }

        return error;
    }
}
