using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Whether, and how, one request can be sent again.</summary>
internal static class Retries
{
    /// <summary>Sees to it that the body of an idempotent request can be read again, where the policy allows; returns whether the whole request can be repeated.</summary>
    public static bool Prepare(HttpContext context, RetryPolicy policy)
    {
        HttpRequest request = context.Request;
        if (policy.MaxTries == 1 || !IsIdempotent(request.Method))
            return false;
        if (!CanHaveBody(context))
            return true;
        if (request.ContentLength is not { } length || length > policy.MaxBufferedBody)
            return false;
        KeptBody.Keep(context, policy.MaxBufferedBody);
        return true;
    }

    /// <summary>Whether two nodes may work on the request at once: nothing is changed, nothing is read, and what is answered comes to an end.</summary>
    public static bool AreForTwo(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !CanHaveBody(context) && !LiveStreams.MayLiveLong(context);

    /// <summary>Whether a failed try may be followed by another.</summary>
    /// <param name="error">Why the try failed.</param>
    /// <param name="repeatable">What <see cref="Prepare"/> said.</param>
    /// <param name="timedOut">Whether the retry policy's own time ran out.</param>
    public static bool May(ErrorReason error, bool repeatable, bool timedOut) => error switch
    {
        // Nothing was sent: no method can have had an effect, and no byte of a body was read.
        ErrorReason.NodeUnreachable => true,
        ErrorReason.NodeDisconnected or ErrorReason.NodeRefusedBody => repeatable,
        ErrorReason.NodeTimeout => repeatable && timedOut,
        _ => false,
    };

    /// <summary>Undoes what a failed try left in the context, so that a forwarder takes it as new.</summary>
    public static void Reset(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        if (context.Features.Get<IHttpResponseFeature>() is { } response)
            response.ReasonPhrase = null;
        context.Features.Set<IForwarderErrorFeature>(null);
        KeptBody.Rewind(context);
    }

    private static bool CanHaveBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>() is { } detection ? detection.CanHaveBody : context.Request.ContentLength is not (null or 0);

    // RFC 9110 §9.2.2; CONNECT and methods nobody here knows are not.
    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method)
        || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
