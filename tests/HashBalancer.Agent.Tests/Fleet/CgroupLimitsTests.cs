namespace HashBalancer.Agent.Tests;

public sealed class CgroupLimitsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cgroup-").FullName;
    private readonly string _own;

    public CgroupLimitsTests() => _own = Path.Combine(_root, "own");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Create_NothingAskedFor_IsNone() => Assert.Null(CgroupLimits.Create(new WorkloadOptions(), "n1.items", _root, _own));

    [Fact]
    public void Take_GroupMayBeMade_ProcessIsPutUnderItsLimits()
    {
        File.WriteAllText(_own, "0::/agent\n");
        Directory.CreateDirectory(Path.Combine(_root, "agent"));
        File.WriteAllText(Path.Combine(_root, "agent", "cgroup.subtree_control"), "cpu memory\n");
        using CgroupLimits limits = CgroupLimits.Create(new WorkloadOptions { MemoryLimit = 1 << 20, CpuLimit = 1.5 }, "n1.items", _root, _own)!;
        Assert.Equal("memory 1048576 bytes, cpu 1.5", limits.Take(4711));
        string group = Path.Combine(_root, "agent", "hashbalancer-n1.items");
        Assert.Equal("1048576", File.ReadAllText(Path.Combine(group, "memory.max")));
        Assert.Equal("150000 100000", File.ReadAllText(Path.Combine(group, "cpu.max")));
        Assert.Equal("4711", File.ReadAllText(Path.Combine(group, "cgroup.procs")));
    }

    [Theory]
    [InlineData("12:cpu:/old\n", "not applied: the system has no cgroup v2")]
    [InlineData("0::/nowhere\n", "not applied: Could not find a part of the path")]
    public void Take_GroupMayNotBeMade_SaysWhy(string own, string expected)
    {
        File.WriteAllText(_own, own);
        using CgroupLimits limits = CgroupLimits.Create(new WorkloadOptions { MemoryLimit = 1 << 20 }, "n1.items", _root, _own)!;
        Assert.StartsWith(expected, limits.Take(4711), StringComparison.Ordinal);
    }
}
