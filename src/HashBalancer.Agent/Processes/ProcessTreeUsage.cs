using System.Diagnostics;
using System.Globalization;

namespace HashBalancer.Agent;

/// <summary>What a process and all its descendants have used: servers that fork workers do their work there.</summary>
/// <remarks>
/// Reads /proc where there is one; elsewhere only the process itself is measured. Processor time of descendants that have ended counts
/// as far as their parents have waited for them. For one caller at a time.
/// </remarks>
internal sealed class ProcessTreeUsage(int processId, string procDirectory = "/proc") : IProcessUsage
{
    // Fields of /proc/[pid]/stat after the command's name: proc_pid_stat(5), counted from "state" as 0.
    private const int ParentField = 1;
    private const int UserTimeField = 11;
    private const int ChildrenKernelTimeField = 14;
    private const int ResidentPagesField = 21;

    // USER_HZ is 100 on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;

    private TimeSpan _highest;

    public (TimeSpan Cpu, long MemoryBytes) Read()
    {
        (TimeSpan cpu, long memory) = Directory.Exists(Path.Combine(procDirectory, "self")) ? ReadTree() : ReadProcess();
        // A worker that was killed takes its time with it until its parent waits for it: the sum must not fall.
        _highest = cpu > _highest ? cpu : _highest;
        return (_highest, memory);
    }

    private (TimeSpan Cpu, long MemoryBytes) ReadTree()
    {
        var all = new Dictionary<int, (int Parent, long Ticks, long Pages)>();
        foreach (string directory in Directory.EnumerateDirectories(procDirectory))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && ReadStat(directory) is { } stat)
                all[id] = stat;
        }

        long ticks = 0;
        long pages = 0;
        foreach ((int id, (_, long ownTicks, long ownPages)) in all)
        {
            if (!IsInTree(id, all))
                continue;
            ticks += ownTicks;
            pages += ownPages;
        }

        return (TimeSpan.FromSeconds((double)ticks / TicksPerSecond), pages * Environment.SystemPageSize);
    }

    private bool IsInTree(int id, Dictionary<int, (int Parent, long Ticks, long Pages)> all)
    {
        // Bounded: while the table is read, ids can be reused into a circle.
        for (int depth = 0; depth < 64; depth++)
        {
            if (id == processId)
                return true;
            if (!all.TryGetValue(id, out (int Parent, long Ticks, long Pages) entry))
                return false;
            id = entry.Parent;
        }

        return false;
    }

    private static (int Parent, long Ticks, long Pages)? ReadStat(string directory)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(directory, "stat"));
            // The name stands in parentheses and may hold anything, parentheses included.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long ticks = 0;
            for (int field = UserTimeField; field <= ChildrenKernelTimeField; field++)
                ticks += long.Parse(fields[field], CultureInfo.InvariantCulture);
            return (int.Parse(fields[ParentField], CultureInfo.InvariantCulture), ticks, long.Parse(fields[ResidentPagesField], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            // The process has gone meanwhile.
            return null;
        }
    }

    private (TimeSpan Cpu, long MemoryBytes) ReadProcess()
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return (process.TotalProcessorTime, process.WorkingSet64);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return (_highest, 0);
        }
    }
}
