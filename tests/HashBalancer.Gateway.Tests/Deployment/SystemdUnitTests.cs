using System.Diagnostics;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>systemd itself takes the units, and the program what they start.</summary>
public sealed class SystemdUnitTests
{
    private const string Program = "/opt/hashbalancer/HashBalancer.Gateway";

    public static TheoryData<string> Units =>
        [.. Directory.GetFiles(Path.Combine(DeployFiles.Folder, "systemd")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Units_ByThemselvesAndTogether_AreVerified()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
            Assert.Skip("systemd-analyze is not there.");
        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
        try
        {
            // The program need not be installed where the units expect it.
            string stand = Path.Combine(folder, "program");
            await File.WriteAllTextAsync(stand, "#!/bin/sh\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(stand, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            List<string> units = [];
            foreach (string unit in Directory.GetFiles(Path.Combine(DeployFiles.Folder, "systemd")))
            {
                string placed = Path.Combine(folder, Path.GetFileName(unit).Replace("@.", "@items.", StringComparison.Ordinal));
                await File.WriteAllTextAsync(placed, (await File.ReadAllTextAsync(unit)).Replace(Program, stand, StringComparison.Ordinal).Replace("file:///usr", "file:/usr", StringComparison.Ordinal));
                units.Add(placed);
            }

            using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", .. units]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            string said = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + await verify.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
            // It looks at the machine's own units too.
            Assert.DoesNotContain(said.Split('\n'), line => line.Contains(folder, StringComparison.Ordinal) || line.Contains("hashbalancer", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Exec_EveryCommand_IsOneOfTheProgram(string unit)
    {
        foreach (string line in DeployFiles.Read($"systemd/{unit}").Split('\n').Where(line => line.StartsWith("ExecStart", StringComparison.Ordinal)))
        {
            string[] words = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(' ');
            Assert.Equal(Program, words[0]);
            DeployFiles.IsCommandLine(words[1..]);
        }
    }

    [Fact]
    public async Task Stop_Limit_IsLongerThanTheDrain()
    {
        GatewayConfiguration defaults = await DeployFiles.IsConfiguration("{}");
        string line = DeployFiles.Read("systemd/hashbalancer.service").Split('\n').Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
        Assert.True(TimeSpan.FromSeconds(DeployFiles.Port(line["TimeoutStopSec=".Length..].TrimEnd('s'))) > defaults.Proxy.Stopping.DrainDelay + defaults.Proxy.Stopping.DrainTime);
        Assert.Contains($"ListenStream={defaults.Proxy.Listen.Port}\n", DeployFiles.Read("systemd/hashbalancer.socket"), StringComparison.Ordinal);
    }
}
