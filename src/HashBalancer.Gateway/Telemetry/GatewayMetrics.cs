using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>The instruments of the process, under the names that Prometheus' client libraries have made common.</summary>
/// <remarks>Read from the operating system whenever somebody observes; what the system does not tell is absent.</remarks>
internal sealed class GatewayMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HashBalancer.Gateway";

    public GatewayMetrics(IMeterFactory meters)
    {
        string version = typeof(GatewayMetrics).Assembly.GetName().Version?.ToString(3) ?? "";
        double started = Started();
        Meter meter = meters.Create(MeterName);
        meter.CreateObservableGauge("hashbalancer.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), unit: null, "1, with the version that runs.");
        meter.CreateObservableGauge("process.start.time", () => started, "s", "When the process began, in seconds since 1970.");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time that the process has used, in user and kernel mode.");
        meter.CreateObservableGauge("process.resident.memory", () => Environment.WorkingSet, "By", "Memory of the process that is resident.");
        meter.CreateObservableGauge("process.open_fds", OpenFiles, unit: null, "Files and sockets that the process has open.");
        meter.CreateObservableGauge("process.max_fds", MostFiles, unit: null, "Files and sockets that it may have open.");
    }

    private static double Started()
    {
        using Process own = Process.GetCurrentProcess();
        return new DateTimeOffset(own.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static IEnumerable<Measurement<long>> OpenFiles() =>
        Directory.Exists("/proc/self/fd") ? [new(Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount())] : [];

    private static IEnumerable<Measurement<long>> MostFiles()
    {
        const string Limits = "/proc/self/limits";
        string? line = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..] && long.TryParse(soft, CultureInfo.InvariantCulture, out long most) ? [new(most)] : [];
    }
}
