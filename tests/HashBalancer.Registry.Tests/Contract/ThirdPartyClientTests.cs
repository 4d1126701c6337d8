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
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not installed");
        (int missing, _) = await RunAsync(Python, "-c", "import consul");
        Assert.SkipUnless(missing == 0, "Debian's package python3-consul is not installed");
        await using LiveAgent agent = await LiveAgent.StartAsync();

        (int code, string output) = await RunAsync(Python, ClientFile("python_consul.py"), agent.Address.ToString());

        Assert.True(code == 0, output);
        Assert.EndsWith("passed", output.Trim());
    }

    [Fact]
    public async Task NpmConsul_FullRound_Passes()
    {
        string? project = NpmProject();
        Assert.SkipWhen(project is null, "the npm package consul is not installed: see Clients/README.md");
        Assert.SkipUnless(await IsInstalledAsync("node"), "node is not installed");
        await using LiveAgent agent = await LiveAgent.StartAsync();

        (int code, string output) = await RunAsync("node", Path.Combine(project!, "client.mjs"), agent.Address.ToString());

        Assert.True(code == 0, output);
        Assert.EndsWith("passed", output.Trim());
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
