using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace HashBalancer.Gateway.Admin;

/// <summary>Lets a request of the admin server by, or says why not: 401 without the token, 429 after too many wrong ones, 403 for pages of other
/// origins.</summary>
/// <remarks>
/// <para>The token is shown as <c>Authorization: Bearer TOKEN</c>, or as the password of <c>Basic</c>, whatever the name, so that a browser can ask for it.
/// <c>/healthz</c> and <c>/readyz</c> need none: the probes of orchestrators have none to show.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed class AdminAccess(AdminToken token, FailedAttempts attempts)
{
    private static readonly string[] Open = ["/healthz", "/readyz"];

    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is { } refusal)
            await refusal.ExecuteAsync(context);
        else
            await next(context);
    }

    private IResult? Refusal(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (Array.Exists(Open, path => request.Path.Equals(path, StringComparison.Ordinal)))
            return null;
        if (token.IsRequired && TokenRefusal(context) is { } refusal)
            return refusal;
        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        return BrowserGuard.Allows(request, hasToken: token.IsRequired) || (reads && !request.Path.StartsWithSegments("/api"))
            ? null
            : AdminProblem.Of(StatusCodes.Status403Forbidden, "Pages of other origins may neither read nor change anything here.");
    }

    private IResult? TokenRefusal(HttpContext context)
    {
        IPAddress client = context.Connection.RemoteIpAddress ?? IPAddress.None;
        TimeSpan wait = attempts.WaitOf(client);
        if (wait > TimeSpan.Zero)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return AdminProblem.Of(StatusCodes.Status429TooManyRequests, "Too many wrong tokens came from this address.");
        }

        string? shown = ShownBy(context.Request);
        if (shown is not null && token.Is(shown))
        {
            attempts.Clear(client);
            return null;
        }

        // Whoever shows none guesses nothing.
        if (shown is not null)
            attempts.Add(client);
        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"hashbalancer\"", "Basic realm=\"hashbalancer\", charset=\"UTF-8\""]);
        return AdminProblem.Of(StatusCodes.Status401Unauthorized, shown is null ? "A token is needed: Authorization: Bearer TOKEN." : "The token is wrong.");
    }

    private static string? ShownBy(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? shown) || shown.Parameter is not { } parameter)
            return null;
        if (shown.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return parameter;
        if (!shown.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        byte[] bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out int length))
            return "";
        string pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
