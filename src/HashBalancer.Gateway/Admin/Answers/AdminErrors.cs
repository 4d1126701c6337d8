using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Gateway.Admin;

/// <summary>Sees to it that whatever the admin server refuses is refused as problem+json, with the status that says why: 404 for a path that is none, 405
/// for a method that the path does not have, 413 for a body that is too long, 400 for one that is malformed.</summary>
internal sealed partial class AdminErrors(ILogger logger)
{
    /// <summary>Bytes: no answer that an operator gives is longer.</summary>
    public const int LongestBody = 64 * 1024;

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LongestBody;
        try
        {
            // Said before anything is done, also where nobody would read the body.
            if (context.Request.ContentLength > LongestBody)
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            else
                await next(context);
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = error.StatusCode;
        }
        catch (Exception error) when (error is not OperationCanceledException && !context.Response.HasStarted)
        {
            Failed(logger, error, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        int status = context.Response.StatusCode;
        if (status >= StatusCodes.Status400BadRequest && !context.Response.HasStarted && context.Response.ContentType is null)
            await AdminProblem.Of(status, DetailOf(context, status)).ExecuteAsync(context);
    }

    private static string DetailOf(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; /api/v1/openapi.json tells what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} takes no {context.Request.Method}; allowed: {context.Response.Headers.Allow}.",
        StatusCodes.Status413PayloadTooLarge => $"The body is longer than {LongestBody} bytes.",
        StatusCodes.Status500InternalServerError => "The gateway failed to answer; its log says why.",
        _ => "The request is malformed.",
    };

    [LoggerMessage(EventId = 4101, EventName = "AdminFailed", Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void Failed(ILogger logger, Exception error, string method, string path);
}
