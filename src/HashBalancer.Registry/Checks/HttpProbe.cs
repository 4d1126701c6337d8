using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Asks a URL: 2xx passes, 429 warns, everything else is critical. Texts are those of Consul's own checks, which are Go's.</summary>
internal sealed class HttpProbe : IProbe
{
    private const int MaxRedirects = 10;

    private readonly CheckPlan _plan;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public HttpProbe(CheckPlan plan, TimeProvider time)
    {
        _plan = plan;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            // Redirects are followed here: the text of a failure names the address it ended at.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            PooledConnectionLifetime = TimeSpan.Zero,
            // A check without a trace of this process's own activity: the service sees what Consul would send.
            ActivityHeadersPropagator = null,
        };
        if (plan.TlsServerName.Length > 0)
            handler.SslOptions.TargetHost = plan.TlsServerName;
#pragma warning disable CA5359 // The check's registration asks for it (TLSSkipVerify): it wants to know whether the service answers.
        if (plan.TlsSkipVerify)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<ProbeResult> RunAsync(CancellationToken stopped)
    {
        using var timeout = new CancellationTokenSource(_plan.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopped);
        string target = _plan.Target;
        string verb = char.ToUpperInvariant(_plan.Method[0]) + _plan.Method[1..].ToLowerInvariant();
        try
        {
            string shown = target;
            HttpMethod method = new(_plan.Method);
            for (int hop = 0; ; hop++)
            {
                using HttpRequestMessage request = MakeRequest(method, new Uri(target, UriKind.Absolute));
                using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (RedirectOf(response) is not { } location)
                    return await ResultOfAsync(response, either.Token);
                if (hop == MaxRedirects - 1)
                    return ProbeResult.Critical($"{verb} \"{location}\": stopped after {MaxRedirects} redirects");
                shown = location;
                target = new Uri(new Uri(target), shown).ToString();
                if ((int)response.StatusCode is 301 or 302 or 303)
                    method = method == HttpMethod.Head ? method : HttpMethod.Get;
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            return ProbeResult.Critical(
                $"{verb} \"{_plan.Target}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return ProbeResult.Critical($"{verb} \"{_plan.Target}\": {ReasonOf(e, target)}");
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage MakeRequest(HttpMethod method, Uri uri)
    {
        var request = new HttpRequestMessage(method, uri);
        if (_plan.Body.Length > 0 && method != HttpMethod.Get)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_plan.Body));
        request.Headers.TryAddWithoutValidation("User-Agent", "Consul Health Check");
        request.Headers.TryAddWithoutValidation("Accept", "text/plain, text/*, */*");
        request.Headers.ConnectionClose = true;
        foreach ((string name, IReadOnlyList<string> values) in _plan.Header)
        {
            if (values.Count == 0)
                continue;
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = values[0];
                continue;
            }

            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, values))
                request.Content?.Headers.TryAddWithoutValidation(name, values);
        }

        return request;
    }

    private async Task<ProbeResult> ResultOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] tail = await ReadTailAsync(response, cancel);
        int code = (int)response.StatusCode;
        string status = code is >= 200 and < 300 ? CheckStatus.Passing : code == 429 ? CheckStatus.Warning : CheckStatus.Critical;
        return new ProbeResult(
            status, $"HTTP {_plan.Method} {_plan.Target}: {code} {response.ReasonPhrase} Output: {Encoding.UTF8.GetString(tail)}");
    }

    /// <summary>Reads the body, of which only the last bytes are kept.</summary>
    private async Task<byte[]> ReadTailAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] ring = new byte[_plan.OutputMaxSize];
        long total = 0;
        byte[] buffer = new byte[4096];
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        int read;
        while ((read = await body.ReadAsync(buffer, cancel)) > 0)
        {
            foreach (byte b in buffer.AsSpan(0, read))
                ring[total++ % ring.Length] = b;
        }

        if (total <= ring.Length)
            return ring[..(int)total];
        int start = (int)(total % ring.Length);
        return [.. ring.AsSpan(start), .. ring.AsSpan(0, start)];
    }

    private static string? RedirectOf(HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 ? response.Headers.Location?.OriginalString : null;

    private static string ReasonOf(Exception e, string target)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
                return DialErrors.Describe(HostAndPort(target), socket);
        }

        return (e.InnerException ?? e).Message;
    }

    private static string HostAndPort(string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) ? $"{uri.Host}:{uri.Port}" : target;
}
