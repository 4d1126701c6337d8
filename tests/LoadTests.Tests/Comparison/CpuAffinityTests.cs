using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class CpuAffinityTests
{
    [Fact]
    public async Task On_ChildStartedThere_StaysThereAndTheCallerDoesNot()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Pinning is Linux's.");
        IReadOnlyList<int> allowed = CpuAffinity.Allowed();
        int core = allowed[^1];

        ChildProcess child = CpuAffinity.On(
            core, () => ChildProcess.Start("the child", "/bin/sh", ["-c", "grep Cpus_allowed_list /proc/self/status; cat"]));

        await using (child)
        {
            string line = await child.WaitForLine(l => l, TimeSpan.FromSeconds(20), CancellationToken.None);
            Assert.Equal($"Cpus_allowed_list:\t{core}", line);
        }

        Assert.Equal(allowed, CpuAffinity.Allowed());
    }
}
