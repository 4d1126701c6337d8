using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class ProcessUsageTests
{
    [Fact]
    public void FieldsOf_CommandWithSpacesAndParentheses_BeginAfterIt() =>
        Assert.Equal(["S", "1", "7"], ProcessUsage.FieldsOf("42 (a (b) c) S 1 7"));

    [Fact]
    public void Of_ThisProcess_IsAtLeastWhatTheRuntimeSays()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("/proc is Linux's.");
        Environment.ProcessCpuUsage runtime = Environment.CpuUsage;
        ProcessUsage usage = ProcessUsage.Of(Environment.ProcessId);

        // /proc counts in hundredths of a second, and the children of other tests too.
        TimeSpan tick = TimeSpan.FromMilliseconds(20);
        Assert.True(usage.User >= runtime.UserTime - tick, $"{usage.User} of {runtime.UserTime}");
        Assert.True(usage.System >= runtime.PrivilegedTime - tick, $"{usage.System} of {runtime.PrivilegedTime}");
        Assert.InRange(usage.ResidentBytes, 10_000_000, 100L * 1_000_000_000);
    }

    [Fact]
    public async Task Of_Descendants_CountToo()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("/proc is Linux's.");

        // The shell itself does nothing but wait for its child, which has worked when it says so.
        await using ChildProcess child = ChildProcess.Start("the shell", "/bin/sh",
            ["-c", "exec 3<&0; sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read line' <&3 & wait"]);
        await child.WaitForLine(line => line == "done" ? line : null, TimeSpan.FromSeconds(60), CancellationToken.None);

        Assert.InRange(ProcessUsage.Of(child.Id).Cpu, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(60));
        Assert.True(ProcessUsage.IsAlive(child.Id));
    }

    [Fact]
    public void IsAlive_NoSuchProcess_IsFalse() => Assert.False(ProcessUsage.IsAlive(int.MaxValue));
}
