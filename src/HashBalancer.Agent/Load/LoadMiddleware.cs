using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Agent;

/// <summary>What the requests of this application share with the agent.</summary>
internal sealed class RequestTraffic
{
    private HeaderValue? _load;
    private bool _closing;

    public RequestCounter Requests { get; } = new();

    /// <summary>The load header's value for the next responses; null for none.</summary>
    public HeaderValue? Load
    {
        get => Volatile.Read(ref _load);
        set => Volatile.Write(ref _load, value);
    }

    /// <summary>Whether responses ask for their connection to be closed: nothing new should come over it.</summary>
    public bool IsClosing
    {
        get => Volatile.Read(ref _closing);
        set => Volatile.Write(ref _closing, value);
    }

    /// <summary>A header's value as one reference, so that it can be replaced at once.</summary>
    internal sealed record HeaderValue(StringValues Values);
}

/// <summary>Counts requests and puts the load header on responses. Goes before everything else in the pipeline.</summary>
internal sealed class LoadMiddleware(RequestDelegate next, RequestTraffic traffic)
{
    public async Task InvokeAsync(HttpContext context)
    {
        traffic.Requests.Begin();
        try
        {
            if (traffic.Load is { } load)
                context.Response.Headers[LoadReport.HeaderName] = load.Values;
            if (traffic.IsClosing && HttpProtocol.IsHttp11(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            await next(context);
        }
        finally
        {
            traffic.Requests.End();
        }
    }
}

/// <summary>Puts the middleware first without a line in the application.</summary>
internal sealed class LoadStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<LoadMiddleware>();
        next(app);
    };
}
