using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace HashBalancer.Gateway.Clients;

/// <summary>How clients are led to TLS.</summary>
/// <param name="Redirects">Whether requests without TLS are answered with where to go instead.</param>
/// <param name="Port">The port of TLS as clients see it.</param>
/// <param name="Hsts">The value of Strict-Transport-Security; null: it is not sent.</param>
internal sealed record HttpsOnly(bool Redirects, int Port, string? Hsts)
{
    private const int DefaultPort = 443;

    /// <summary>How long browsers remember, and for which names.</summary>
    public static string? HstsOf(TimeSpan maxAge, bool subdomains) =>
        maxAge == TimeSpan.Zero ? null : string.Create(CultureInfo.InvariantCulture, $"max-age={(long)maxAge.TotalSeconds}{(subdomains ? "; includeSubDomains" : "")}");

    /// <summary>Adds what is asked for, and nothing else.</summary>
    public void Use(WebApplication app)
    {
        if (Redirects)
            app.Use(Redirect);
        if (Hsts is { } value)
            app.Use(next => context => Promise(context, value, next));
    }

    private Task Redirect(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        // By HTTP/2 without TLS come programs inside a network, which do not follow redirects.
        if (request.IsHttps || !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol))
            return next(context);
        // Nowhere to go: without a host there is no address to name.
        if (!request.Host.HasValue)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        var host = Port == DefaultPort ? new HostString(request.Host.Host) : new HostString(request.Host.Host, Port);
        // 308: the method and the body stay as they are.
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = UriHelper.BuildAbsolute("https", host, request.PathBase, request.Path, request.QueryString);
        return Task.CompletedTask;
    }

    private static Task Promise(HttpContext context, string value, RequestDelegate next)
    {
        // Browsers heed it over TLS alone. Set last: a node's own word must not stand beside it.
        if (context.Request.IsHttps)
        {
            context.Response.OnStarting(
                static state =>
                {
                    (HttpResponse response, string hsts) = ((HttpResponse, string))state;
                    response.Headers.StrictTransportSecurity = hsts;
                    return Task.CompletedTask;
                },
                (context.Response, value));
        }

        return next(context);
    }
}
