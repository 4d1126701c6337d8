using System.Diagnostics;

namespace HashBalancer.Registry.Tests;

/// <summary>Clients of Consul written by others must find nothing amiss.</summary>
public sealed class ThirdPartyClientTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task PythonConsul_FullRound_Passes()
    {
        Require(File.Exists(Python), $"{Python} is not installed");
        (int missing, _) = await RunAsync(Python, "-c", "import consul");
        Require(missing == 0, "Debian's package python3-consul is not installed");
        await using LiveAgent agent = await LiveAgent.StartAsync();

        (int code, string output) = await RunAsync(Python, ClientFile("python_consul.py"), agent.Address.ToString());

        Assert.True(code == 0, output);
        Assert.EndsWith("passed", output.Trim());
    }

    [Fact]
    public async Task NpmConsul_FullRound_Passes()
    {
        string? project = NpmProject();
        Require(project is not null, "the npm package consul is not installed: see Clients/README.md");
        Require(await IsInstalledAsync("node"), "node is not installed");
        await using LiveAgent agent = await LiveAgent.StartAsync();

        (int code, string output) = await RunAsync("node", Path.Combine(project!, "client.mjs"), agent.Address.ToString());

        Assert.True(code == 0, output);
        Assert.EndsWith("passed", output.Trim());
    }

    /// <summary>Skips what is not installed; fails where HASHBALANCER_REQUIRE_PEERS=1 says that nothing may be missing.</summary>
    private static void Require(bool installed, string missing)
    {
        if (Environment.GetEnvironmentVariable("HASHBALANCER_REQUIRE_PEERS") == "1")
            Assert.True(installed, missing + ", and HASHBALANCER_REQUIRE_PEERS=1 asks for it");
        Assert.SkipUnless(installed, missing);
    }

    private static string ClientFile(string name) => Path.Combine(AppContext.BaseDirectory, "Clients", name);

    /// <summary>The npm project in the source tree, once its packages are installed there.</summary>
    private static string? NpmProject()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string project = Path.Combine(at.FullName, "Clients", "npm");
            if (Directory.Exists(Path.Combine(project, "node_modules", "consul")))
                return project;
        }

        return null;
    }

    private static async Task<bool> IsInstalledAsync(string program)
    {
        try
        {
            return (await RunAsync(program, "--version")).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await errors + await output);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
