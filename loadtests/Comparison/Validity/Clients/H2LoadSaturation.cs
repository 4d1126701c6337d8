using System.Globalization;
using System.Text.RegularExpressions;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Validity.Clients;

/// <summary>h2load over HTTP/1.1 with one thread, asking as fast as it is answered, without a log of each request, which would cost it a part of its core.</summary>
internal static partial class H2LoadSaturation
{
    /// <summary>Answered requests per second, and failed ones.</summary>
    public static async Task<(double Rate, long Failed)> Run(Uri url, Workload workload, TimeSpan duration, CancellationToken cancellation)
    {
        string seconds = Math.Max(1, Math.Round(duration.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        string[] headers = [.. workload.Request.Headers.SelectMany(h => (string[])["-H", $"{h.Key}: {h.Value.Replace(RequestTemplate.KeyMark, "user-0", StringComparison.Ordinal)}"])];
        string path = workload.Request.Path.Replace(RequestTemplate.KeyMark, "user-0", StringComparison.Ordinal);
        return Parse(await ClientProgram.Run(
            H2LoadClient.ClientName, ["--h1", "-t1", "-m1", "-c" + workload.Connections.ToString(CultureInfo.InvariantCulture), "-D" + seconds, .. headers, new Uri(url, path).ToString()],
            cancellation));
    }

    /// <summary>Reads h2load's summary.</summary>
    /// <exception cref="TargetException">It is none.</exception>
    public static (double Rate, long Failed) Parse(string text)
    {
        Match finished = Finished().Match(text);
        Match failed = FailedRequests().Match(text);
        return finished.Success && failed.Success
            ? (double.Parse(finished.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(failed.Groups[1].Value, CultureInfo.InvariantCulture))
            : throw new TargetException($"not understood what h2load told:{Environment.NewLine}{text}");
    }

    [GeneratedRegex(@"finished in [^,]+, ([\d.]+) req/s", RegexOptions.None, 1000)]
    private static partial Regex Finished();

    [GeneratedRegex(@"requests: .* (\d+) failed", RegexOptions.None, 1000)]
    private static partial Regex FailedRequests();
}
