using System.Globalization;

namespace HashBalancer.Agent;

/// <summary>Limits of memory and processor time for one process tree, by a cgroup (version 2) of its own below the agent's.</summary>
/// <remarks>
/// The agent needs the right to make cgroups below its own, and the controllers passed on there: systemd's <c>Delegate=cpu memory</c> with the agent in a
/// subgroup, or root. Where that is not so nothing is limited, and <see cref="Take"/> says why.
/// </remarks>
internal sealed class CgroupLimits : IDisposable
{
    private const int Period = 100_000;
    private readonly string _text;
    private readonly string _path;

    private CgroupLimits(string path, string text) => (_path, _text) = (path, text);

    /// <summary>Prepares limits; null when none are asked for.</summary>
    /// <param name="workload">What is asked for.</param>
    /// <param name="name">The group's name.</param>
    /// <param name="root">Where cgroups are mounted.</param>
    /// <param name="own">The file that names this process' group.</param>
    public static CgroupLimits? Create(WorkloadOptions workload, string name, string root = "/sys/fs/cgroup", string own = "/proc/self/cgroup")
    {
        if (workload is { MemoryLimit: 0, CpuLimit: 0 })
            return null;
        List<string> held = [];
        string path = "";
        try
        {
            string line = File.ReadLines(own).FirstOrDefault(one => one.StartsWith("0::", StringComparison.Ordinal)) ?? throw new IOException("the system has no cgroup v2");
            string parent = Path.Combine(root, line[3..].TrimStart('/'));
            path = Path.Combine(parent, $"hashbalancer-{name}");
            string wanted = string.Join(' ', new[] { workload.CpuLimit > 0 ? "+cpu" : null, workload.MemoryLimit > 0 ? "+memory" : null }.OfType<string>());
            if (!File.ReadAllText(Path.Combine(parent, "cgroup.subtree_control")).Split(' ', '\n').Intersect(wanted.Replace("+", "", StringComparison.Ordinal).Split(' ')).Any())
                File.WriteAllText(Path.Combine(parent, "cgroup.subtree_control"), wanted);
            Directory.CreateDirectory(path);
            if (workload.MemoryLimit > 0)
            {
                File.WriteAllText(Path.Combine(path, "memory.max"), workload.MemoryLimit.ToString(CultureInfo.InvariantCulture));
                held.Add(FormattableString.Invariant($"memory {workload.MemoryLimit} bytes"));
            }

            if (workload.CpuLimit > 0)
            {
                File.WriteAllText(Path.Combine(path, "cpu.max"), FormattableString.Invariant($"{(long)(workload.CpuLimit * Period)} {Period}"));
                held.Add(FormattableString.Invariant($"cpu {workload.CpuLimit:0.###}"));
            }

            return new CgroupLimits(path, string.Join(", ", held));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryRemove(path);
            return new CgroupLimits("", $"not applied: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Puts a process under the limits.</summary>
    /// <returns>Which limits hold, or why none do.</returns>
    public string Take(int process)
    {
        if (_path.Length == 0)
            return _text;
        try
        {
            File.WriteAllText(Path.Combine(_path, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
            return _text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"not applied: {e.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Removes the group; what is left in it is killed.</summary>
    public void Dispose()
    {
        if (_path.Length == 0)
            return;
        try
        {
            File.WriteAllText(Path.Combine(_path, "cgroup.kill"), "1");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel before 5.14 has no such file; what is left keeps the group until it ends.
        }

        TryRemove(_path);
    }

    private static void TryRemove(string path)
    {
        try
        {
            if (path.Length > 0 && Directory.Exists(path))
                Directory.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something is still in it: an empty group that stays behind does no harm.
        }
    }
}
