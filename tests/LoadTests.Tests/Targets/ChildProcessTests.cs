using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Targets;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Dispose_ChildThatReadsItsInput_EndsByItself()
    {
        ChildProcess child = Shell("echo ready; cat; echo ended >&2; exit 0");
        Assert.Equal("ready", await child.WaitForLine(line => line, Patience, CancellationToken.None));
        int id = child.Id;

        await child.DisposeAsync();

        Assert.Contains("ended", child.LastOutput, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task Dispose_ChildThatDoesNotListen_IsKilled()
    {
        ChildProcess child = Shell("echo ready; exec sleep 600", TimeSpan.FromMilliseconds(100));
        await child.WaitForLine(line => line, Patience, CancellationToken.None);
        int id = child.Id;

        await child.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task WaitForLine_ChildEnds_TellsItsOutputAndExitCode()
    {
        await using ChildProcess child = Shell("echo no such option >&2; exit 3");

        TargetException e = await Assert.ThrowsAsync<TargetException>(
            () => child.WaitForLine(line => line == "ready" ? line : null, Patience, CancellationToken.None));

        Assert.StartsWith("the child ended with exit code 3 before it was ready:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForLine_NoSuchLine_TellsWhatItSaidInstead()
    {
        await using ChildProcess child = Shell("echo still starting; cat");
        await child.WaitForLine(line => line, Patience, CancellationToken.None);

        TargetException e = await Assert.ThrowsAsync<TargetException>(
            () => child.WaitForLine(line => line == "ready" ? line : null, TimeSpan.FromMilliseconds(100), CancellationToken.None));

        Assert.Equal($"the child was not ready within 0.1 s:{Environment.NewLine}still starting", e.Message);
    }

    [Fact]
    public async Task Start_TuningOfTheRunner_IsNotInherited()
    {
        SocketTuning.Apply();
        try
        {
            await using ChildProcess child = Shell("echo \"[$DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS]\"; cat");
            Assert.Equal("[]", await child.WaitForLine(line => line, Patience, CancellationToken.None));
        }
        finally
        {
            foreach (string variable in SocketTuning.Variables)
                Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Theory]
    [InlineData("proxy     http://127.0.0.1:40123", "http://127.0.0.1:40123/")]
    [InlineData("  proxy http://[::1]:8080", "http://[::1]:8080/")]
    [InlineData("proxy  http://127.0.0.1:8500 (a remark)", "http://127.0.0.1:8500/")]
    [InlineData("proxy", null)]
    [InlineData("proxy listens at http://127.0.0.1:1", null)]
    [InlineData("admin     http://127.0.0.1:40124", null)]
    public void AddressIn_LineOfTheDemo_IsTheProxys(string line, string? address) =>
        Assert.Equal(address, PrintedAddress.In(line, "proxy")?.ToString());

    private static ChildProcess Shell(string script, TimeSpan? patience = null) =>
        ChildProcess.Start("the child", "/bin/sh", ["-c", script], patience);
}
