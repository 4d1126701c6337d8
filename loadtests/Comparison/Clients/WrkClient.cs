using System.Globalization;
using System.Text.RegularExpressions;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Clients;

/// <summary>wrk with one thread, as a second opinion on the own client, which keeps given rates for it. It checks statuses alone.</summary>
internal sealed partial class WrkClient(DirectoryInfo scratch, OwnClient pacing) : IClient
{
    public const string ClientName = "wrk";

    // Prepared once in its start-up: making each request's text in Lua would cost more than sending it.
    private const int PreparedRequests = 2000;

    public string Name => ClientName;

    public string? Missing() => Programs.Missing(ClientName);

    public async Task<Saturation> Saturate(Uri url, Workload workload, TimeSpan duration, CancellationToken cancellation)
    {
        string script = Path.Combine(scratch.FullName, "wrk.lua");
        await File.WriteAllTextAsync(script, Script(workload), cancellation);
        string seconds = Math.Max(1, Math.Round(duration.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        string connections = workload.Connections.ToString(CultureInfo.InvariantCulture);
        return Parse(await ClientProgram.Run(
            ClientName, ["-t1", "-c" + connections, "-d" + seconds + "s", "--latency", "-s", script, url.ToString()], cancellation));
    }

    public Task<Paced> Pace(Uri url, Workload workload, double rate, TimeSpan duration, CancellationToken cancellation) =>
        pacing.Pace(url, workload, rate, duration, cancellation);

    /// <summary>Reads wrk's report.</summary>
    /// <exception cref="TargetException">It is none.</exception>
    public static Saturation Parse(string text)
    {
        Match total = Total().Match(text);
        Match p50 = Median().Match(text);
        Match p99 = Percentile99().Match(text);
        Match p999 = Percentile999().Match(text);
        if (!total.Success || !p50.Success || !p99.Success || !p999.Success || !Durations.TryParse(total.Groups[2].Value, out TimeSpan seconds))
            throw new TargetException($"not understood what wrk told:{Environment.NewLine}{text}");
        long failed = SocketErrors().Match(text).Groups.Values.Skip(1).Sum(g => Number(g.Value)) + Number(BadStatuses().Match(text).Groups[1].Value);
        return new Saturation(Number(total.Groups[1].Value), failed, seconds.TotalSeconds, Milliseconds(p50), Milliseconds(p99), Milliseconds(p999), Affinity: null);
    }

    private static long Number(string digits) => digits.Length == 0 ? 0 : long.Parse(digits, CultureInfo.InvariantCulture);

    private static double Milliseconds(Match match) =>
        Durations.TryParse(match.Groups[1].Value, out TimeSpan duration) ? duration.TotalMilliseconds : double.NaN;

    private static string Script(Workload workload)
    {
        LuaRequest request = new(workload);
        return $$"""
            local requests = {}
            local at = 0
            init = function(args)
              for i = 0, {{PreparedRequests - 1}} do
                local key = "user-" .. i
                requests[i + 1] = wrk.format("{{request.Method}}", {{request.Path}}, { {{request.Headers}} }, {{request.Body}})
              end
            end
            request = function()
              at = at % {{PreparedRequests}} + 1
              return requests[at]
            end
            done = function(summary, latency, requests)
              io.write(string.format("  99.9%%  %.2fus\n", latency:percentile(99.9)))
            end
            """;
    }

    // Lua expressions with the key where the request has its mark.
    private sealed record LuaRequest(Workload Workload)
    {
        public string Method => Workload.Request.Method;

        public string Path => Expression(Workload.Request.Path);

        public string Headers => string.Join(", ", Workload.Request.Headers.Select(h => $"[\"{h.Key}\"] = {Expression(h.Value)}"));

        public string Body => Workload.Request.Body is { } body ? Expression(body) : "nil";

        private static string Expression(string text) =>
            string.Join(" .. key .. ", text.Split(RequestTemplate.KeyMark).Select(p => $"[==[{p}]==]"));
    }

    [GeneratedRegex(@"(\d+) requests in ([\d.]+(?:us|ms|s|m|h)),", RegexOptions.None, 1000)]
    private static partial Regex Total();

    [GeneratedRegex(@"^\s+50%\s+([\d.]+(?:us|ms|s|m|h))\s*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Median();

    [GeneratedRegex(@"^\s+99%\s+([\d.]+(?:us|ms|s|m|h))\s*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Percentile99();

    [GeneratedRegex(@"^\s+99\.9%\s+([\d.]+us)\s*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Percentile999();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", RegexOptions.None, 1000)]
    private static partial Regex SocketErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)", RegexOptions.None, 1000)]
    private static partial Regex BadStatuses();
}
