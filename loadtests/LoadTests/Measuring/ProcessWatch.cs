using System.Globalization;

namespace HashBalancer.LoadTests.Measuring;

/// <summary>What a process held at one time.</summary>
/// <param name="Seconds">Since the measured time began.</param>
/// <param name="ResidentBytes">Memory in use.</param>
/// <param name="Handles">Open file descriptors, sockets among them.</param>
internal sealed record ProcessSample(double Seconds, long ResidentBytes, long Handles);

/// <summary>Reads what processes hold from Linux's /proc; elsewhere it sees nothing.</summary>
internal static class ProcessWatch
{
    private const int ResidentPages = 1;

    /// <summary>What the process holds now; null when it is gone or there is no /proc.</summary>
    public static ProcessSample? Read(int pid, double seconds)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        try
        {
            long pages = long.Parse(File.ReadAllText(Path.Combine(folder, "statm")).Split(' ')[ResidentPages], CultureInfo.InvariantCulture);
            long handles = Directory.EnumerateFileSystemEntries(Path.Combine(folder, "fd")).LongCount();
            return new ProcessSample(seconds, pages * Environment.SystemPageSize, handles);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
