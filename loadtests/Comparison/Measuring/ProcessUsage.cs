using System.Globalization;

namespace HashBalancer.Comparison.Measuring;

/// <summary>What a process and its descendants have used so far.</summary>
/// <param name="User">CPU time in user space.</param>
/// <param name="System">CPU time in the kernel on their behalf.</param>
/// <param name="ResidentBytes">Memory resident now.</param>
internal sealed record ProcessUsage(TimeSpan User, TimeSpan System, long ResidentBytes)
{
    // USER_HZ is 100 on every architecture that .NET runs on, whatever the kernel's own tick.
    private const double TicksPerSecond = 100;

    // Fields of /proc/<pid>/stat after the command's closing parenthesis; proc(5) counts them from 1 and from the pid.
    private const int State = 0;
    private const int Parent = 1;
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int ResidentPages = 21;

    public TimeSpan Cpu => User + System;

    /// <summary>Reads it from /proc; a process that is gone counts as nothing.</summary>
    public static ProcessUsage Of(int pid)
    {
        double user = 0, system = 0;
        long pages = 0;
        Dictionary<int, string[]> all = Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Fields: Read(id)))
            .Where(p => p.Fields is not null)
            .ToDictionary(p => p.Id, p => p.Fields!);
        foreach ((int id, string[] fields) in all.Where(p => Descends(p.Key, pid, all)))
        {
            user += long.Parse(fields[UserTicks], CultureInfo.InvariantCulture);
            system += long.Parse(fields[SystemTicks], CultureInfo.InvariantCulture);
            pages += long.Parse(fields[ResidentPages], CultureInfo.InvariantCulture);
        }

        return new ProcessUsage(
            TimeSpan.FromSeconds(user / TicksPerSecond), TimeSpan.FromSeconds(system / TicksPerSecond), pages * Environment.SystemPageSize);
    }

    /// <summary>Whether the process runs: neither gone nor ended and not yet waited for.</summary>
    public static bool IsAlive(int pid) => Read(pid) is { } fields && fields[State] != "Z";

    /// <summary>The fields after the command in a line of /proc/&lt;pid&gt;/stat; the command may hold spaces and parentheses.</summary>
    public static string[] FieldsOf(string line) => line[(line.LastIndexOf(')') + 2)..].Split(' ');

    private static string[]? Read(int pid)
    {
        try
        {
            return FieldsOf(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Descends(int pid, int from, Dictionary<int, string[]> all)
    {
        while (pid != from)
        {
            if (!all.TryGetValue(pid, out string[]? fields))
                return false;
            pid = int.Parse(fields[Parent], CultureInfo.InvariantCulture);
        }

        return true;
    }
}
