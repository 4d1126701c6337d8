using System.Globalization;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Clients;

/// <summary>h2load with one thread, for HTTP/2. Every request carries the same key; it checks statuses alone.</summary>
internal sealed class H2LoadClient(DirectoryInfo scratch) : IClient
{
    public const string ClientName = "h2load";

    private const string Package = "nghttp2-client";
    private const int Streams = 10;
    private const double NanosecondsPerMillisecond = 1e6;
    private const long NanosecondsPerMicrosecond = 1000;

    public string Name => ClientName;

    public string? Missing() => WhyMissing();

    /// <summary>What to tell when the program is not installed; null when it is.</summary>
    public static string? WhyMissing() => Programs.Find(ClientName) is null ? $"{ClientName} is not installed (Debian: apt-get install {Package})" : null;

    public async Task<Saturation> Saturate(Uri url, Workload workload, TimeSpan duration, CancellationToken cancellation)
    {
        H2LoadLog log = await Run(url, workload, duration, rate: null, cancellation);
        return new Saturation(
            log.Requests, log.Failed, duration.TotalSeconds, Milliseconds(log.Latency, 0.5), Milliseconds(log.Latency, 0.99),
            Milliseconds(log.Latency, 0.999), Affinity: null);
    }

    public async Task<Paced> Pace(Uri url, Workload workload, double rate, TimeSpan duration, CancellationToken cancellation)
    {
        H2LoadLog log = await Run(url, workload, duration, rate, cancellation);
        double late = Math.Max(0, 1 - log.Requests / (rate * duration.TotalSeconds));
        var load = new HalfLoad(
            rate, late, Milliseconds(log.Latency, 0.5), Milliseconds(log.Latency, 0.99), Milliseconds(log.Latency, 0.999));
        return new Paced(load, log.Failed);
    }

    private async Task<H2LoadLog> Run(Uri url, Workload workload, TimeSpan duration, double? rate, CancellationToken cancellation)
    {
        string log = Path.Combine(scratch.FullName, "h2load.log");
        File.Delete(log);
        double seconds = Math.Max(1, Math.Round(duration.TotalSeconds));
        string key = "user-0";
        var arguments = new List<string>
        {
            "-t1", Text($"-c{workload.Connections}"), Text($"-m{Streams}"), Text($"-D{seconds}"), $"--log-file={log}",
        };
        arguments.AddRange(workload.Request.Headers.SelectMany(h => (string[])["-H", $"{h.Key}: {h.Value.Replace(RequestTemplate.KeyMark, key)}"]));
        if (rate is { } wanted)
            arguments.Add(Text($"--rps={wanted / workload.Connections:0.###}"));
        arguments.Add(new Uri(url, workload.Request.Path.Replace(RequestTemplate.KeyMark, key)).ToString());
        string text = await ClientProgram.Run(ClientName, arguments, cancellation);
        return File.Exists(log) ? H2LoadLog.Read(File.ReadLines(log)) : throw new TargetException($"h2load wrote no log: {text}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Milliseconds(LatencyHistogram latency, double q) => latency.Quantile(q) / NanosecondsPerMillisecond;

    /// <summary>h2load's record of each request: start in µs, status, duration in µs.</summary>
    internal sealed record H2LoadLog(long Requests, long Failed, LatencyHistogram Latency)
    {
        /// <exception cref="TargetException">A line that is none.</exception>
        public static H2LoadLog Read(IEnumerable<string> lines)
        {
            var latency = new LatencyHistogram();
            long requests = 0, failed = 0;
            foreach (string line in lines)
            {
                string[] fields = line.Split('\t');
                if (fields.Length < 3 || !int.TryParse(fields[1], CultureInfo.InvariantCulture, out int status) ||
                    !long.TryParse(fields[2], CultureInfo.InvariantCulture, out long microseconds))
                {
                    throw new TargetException($"not understood what h2load logged: {line}");
                }

                requests++;
                if (status == 200)
                    latency.Record(microseconds * NanosecondsPerMicrosecond);
                else
                    failed++;
            }

            return new H2LoadLog(requests, failed, latency);
        }
    }
}
