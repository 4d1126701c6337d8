using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Registry;

/// <summary>From request to answer: paths, methods and headers as Consul treats them, then the endpoint.</summary>
internal sealed class ApiHandler(Router router, RegistryState state, ILogger<ApiHandler> logger, CancellationToken stopping)
{
    /// <summary>A part of this size is handed to the socket before the next is copied.</summary>
    private const int FlushSize = 64 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        // Kestrel's Path has dots resolved already and keeps %2F: Consul needs both otherwise.
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int question = target.IndexOf('?', StringComparison.Ordinal);
        string? path = PathText.Decode(question < 0 ? target : target[..question]);
        if (path is null || !PathText.IsPrintable(path))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        string query = question < 0 ? "" : target[(question + 1)..];
        string clean = PathText.Clean(path);
        if (clean != path)
        {
            await RedirectAsync(http, PathText.Encode(clean) + (question < 0 ? "" : "?" + query));
            return;
        }

        if (path == "/")
        {
            await RedirectAsync(http, "/ui/");
            return;
        }

        if (router.Find(path) is not { } route)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.Headers.Vary = "Accept-Encoding";
        http.Response.Headers["X-Consul-Default-Acl-Policy"] = state.Acl.IsOn ? "deny" : "allow";
        var call = new ApiCall(http, path, path[Math.Min(path.Length, route.Path.Length)..], QueryArgs.Parse(query), state, stopping);
        try
        {
            await WriteAsync(http, call, await AnswerAsync(call, route));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // The caller is gone, or the server goes: as with a real agent, the connection just ends.
            http.Abort();
        }
    }

    private async ValueTask<Answer> AnswerAsync(ApiCall call, Route route)
    {
        if (HttpMethods.IsOptions(call.Method))
            return Answer.Empty().With("Allow", route.Allow);
        if (route.For(call.Method) is not { } endpoint)
            return Answer.Text(405, $"method {call.Method} not allowed").With("Allow", route.Allow);
        try
        {
            return await endpoint(call);
        }
        catch (RefusedException e)
        {
            return e.ToAnswer();
        }
        catch (StateException e)
        {
            return Answer.Text(500, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return Answer.Text(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.LogError(new EventId(3020, "CallFailed"), e, "{Method} {Path} failed", call.Method, call.Path);
            return Answer.Text(500, "internal error");
        }
    }

    /// <summary>Redirects as Go does: with a body only for GET and HEAD.</summary>
    private static async Task RedirectAsync(HttpContext http, string location)
    {
        http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        http.Response.Headers.Location = location;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
            return;
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync($"<a href=\"{WebUtility.HtmlEncode(location)}\">Moved Permanently</a>.\n\n", http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, ApiCall call, Answer answer)
    {
        if (call.Query.Has("pretty"))
            answer = answer.Indented();
        HttpResponse response = http.Response;
        response.StatusCode = answer.Status;
        if (answer.ContentType is not null)
            response.ContentType = answer.ContentType;
        foreach ((string name, string value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.Length == 0)
        {
            response.ContentLength = 0;
            return;
        }

        if (AcceptsGzip(call))
        {
            response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(response.Body, CompressionLevel.Fastest);
            foreach (ReadOnlyMemory<byte> part in answer.Parts())
                await zip.WriteAsync(part, http.RequestAborted);
            return;
        }

        response.ContentLength = answer.Length;
        if (HttpMethods.IsHead(call.Method))
            return;
        PipeWriter writer = response.BodyWriter;
        int unsent = 0;
        foreach (ReadOnlyMemory<byte> part in answer.Parts())
        {
            part.Span.CopyTo(writer.GetSpan(part.Length));
            writer.Advance(part.Length);
            unsent += part.Length;
            if (unsent < FlushSize)
                continue;
            unsent = 0;
            await writer.FlushAsync(http.RequestAborted);
        }

        await writer.FlushAsync(http.RequestAborted);
    }

    private static bool AcceptsGzip(ApiCall call) =>
        !HttpMethods.IsHead(call.Method)
        && call.Header("Accept-Encoding").Split(',', StringSplitOptions.TrimEntries).Any(coding =>
            coding.StartsWith("gzip", StringComparison.OrdinalIgnoreCase) && !coding.EndsWith("q=0", StringComparison.Ordinal));
}
