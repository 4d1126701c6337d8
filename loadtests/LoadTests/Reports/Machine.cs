using System.Runtime.InteropServices;

namespace HashBalancer.LoadTests.Reports;

/// <summary>Where a report was made; figures of different machines are not compared.</summary>
internal sealed record Machine(string Cpu, int Cores, string System, string Kernel, string Runtime)
{
    /// <param name="cores">Cores of the machine; a pinned process sees only its own.</param>
    public static Machine Read(int? cores = null) => new(
        CpuModel() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        cores ?? Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        Environment.OSVersion.Version.ToString(),
        RuntimeInformation.FrameworkDescription);

    private static string? CpuModel()
    {
        const string Source = "/proc/cpuinfo";
        return File.Exists(Source)
            ? File.ReadLines(Source).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
    }
}
