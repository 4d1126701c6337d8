using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>The answer to a request that admission turns away: 503 with <c>Retry-After</c> and the reason in a header and the body.</summary>
internal static class Refusal
{
    /// <summary>The header that carries the reason.</summary>
    public const string ReasonHeader = "X-HashBalancer-Reason";

    /// <summary>Seconds: long enough for a queue to empty, and the least that the header can say.</summary>
    private const string RetryAfter = "1";

    /// <summary>Answers a request whose key comes too often: 429.</summary>
    /// <param name="response">The response, which has not begun.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="retryAfter">Seconds until the key may come again.</param>
    public static Task WriteRateLimited(HttpResponse response, Pool pool, int retryAfter)
    {
        const ErrorReason Reason = ErrorReason.RateLimited;
        const int Status = StatusCodes.Status429TooManyRequests;
        pool.Runtime.Count(Reason);
        response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        response.Headers[ReasonHeader] = Reason.Name();
        return Problem.Write(response, Status, Problem.Body(Status, Reason, pool.Name, "Requests of this key come too often."));
    }

    /// <summary>Answers.</summary>
    public static Task Write(HttpResponse response, Pool pool, AdmissionResult result)
    {
        (ErrorReason reason, string detail) = result switch
        {
            AdmissionResult.QueueFull => (ErrorReason.QueueFull, "Too many requests wait already."),
            AdmissionResult.Shed => (ErrorReason.Shed, "The request gave its place in the queue to a more important one."),
            AdmissionResult.TimedOut => (ErrorReason.QueueTimeout, "The request waited as long as it may."),
            _ => throw new ArgumentOutOfRangeException(nameof(result), result, "No refusal."),
        };
        pool.Runtime.Count(reason);
        response.Headers.RetryAfter = RetryAfter;
        response.Headers[ReasonHeader] = reason.Name();
        const int Status = StatusCodes.Status503ServiceUnavailable;
        return Problem.Write(response, Status, Problem.Body(Status, reason, pool.Name, detail));
    }
}
