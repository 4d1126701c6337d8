using System.Text.Json;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Seeing;

/// <summary>The commands by which operators look into a running gateway, as people and as programs read them.</summary>
public sealed class OperatorCommandTests
{
    [Fact]
    public async Task Commands_OnARunningGateway_TellItsState()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "2");
        string[] admin = ["--admin", gateway.Admin.ToString()];

        string[] pools = await Lines(["pools", .. admin]);
        Assert.StartsWith("gateway ", pools[0], StringComparison.Ordinal);
        Assert.Equal("pool  up  draining  down  ejected  in flight  waiting  hot keys  overrides  assignment  problem", pools[1]);
        Assert.Equal("demo  2   0         0     0        0          0        0         0          0           -", pools[2]);
        string[] nodes = await Lines(["nodes", "list", "demo", .. admin]);
        Assert.Equal(["node", "node-1", "node-2"], nodes.Select(line => line.Split(' ')[0]));
        Assert.Equal(["demo  node-1  weight 2.5  (ordered)"], await Lines(["nodes", "weight", "demo", "node-1", "2.5", .. admin]));
        Assert.Equal(["demo  node-1  weight 1"], await Lines(["nodes", "weight", "demo", "node-1", "reset", .. admin]));
        Assert.Equal(["configured Observe", "pool  mode", "demo  Observe"], await Lines(["rebalance", "status", .. admin]));
        Assert.Equal(["configured Observe", "pool  mode", "demo  Off"], await Lines(["rebalance", "freeze", "demo", .. admin]));
        JsonElement top = JsonDocument.Parse(Assert.Single(await Lines(["top", "--count", "1", "--output", "json", .. admin]))).RootElement;
        Assert.Equal(2, top.GetProperty("nodes").GetArrayLength());
        Assert.Equal(["demo", "demo"], (await Lines(["top", "demo", "--count", "1", .. admin]))[2..].Select(line => line.Split(' ')[0]));
        Assert.Equal("node-1", JsonDocument.Parse(string.Concat(await Lines(["keys", "pin", "demo", "alice", "node-1", "--output", "json", .. admin])))
            .RootElement.GetProperty("overrides")[0].GetProperty("node").GetString());
        Assert.Equal("node-1", await gateway.NodeOf("alice"));
        Assert.Equal((1, "", "hashbalancer: There is no pool 'none'.\n"), await Run(["top", "none", "--count", "1", .. admin]));
        Assert.Equal((2, "", "hashbalancer: weight: is 'much', but must be 0 to 1000, or reset.\n"), await Run(["nodes", "weight", "demo", "node-1", "much", .. admin]));
    }

    [Fact]
    public async Task Validate_ForPrograms_ListsFaults()
    {
        (int exitCode, string output, _) = await Run(["validate", "--output", "json", "--HashBalancer:AccessLog:Format=Template", "--HashBalancer:Pools:items:Service=items"]);

        Assert.Equal(2, exitCode);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.False(report.GetProperty("valid").GetBoolean());
        Assert.StartsWith("HashBalancer:AccessLog:Template: is missing;", report.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);
        (exitCode, output, _) = await Run(["validate", "--output", "json", "--HashBalancer:Pools:items:Service=items"]);
        Assert.Equal((0, """{"valid":true,"pools":1,"routes":0,"clusters":1,"faults":[]}""" + "\n"), (exitCode, output));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_OfEachShell_AsksTheProgramItself(string shell)
    {
        Assert.Contains("[suggest:", string.Concat(await Lines(["completion", shell])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hashbalancer reb", "rebalance")]
    [InlineData("hashbalancer nodes dr", "drain")]
    [InlineData("hashbalancer nodes list items --adm", "--admin")]
    public async Task Completion_InBash_CompletesCommandsAndOptions(string line, params string[] expected)
    {
        Peer.Require("bash");
        string script = string.Join('\n', await Lines(["completion", "bash"]));
        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName, program = Path.Combine(folder, "hashbalancer");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet {GatewayBuild.Assembly} \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string asks = $"""
            PATH={folder}:$PATH
            {script}
            COMP_LINE='{line}' COMP_POINT={line.Length} COMP_WORDS=({line}) COMP_CWORD={line.Count(c => c == ' ')}
            _hashbalancer
            """;

        await using ChildProcess bash = ChildProcess.Start("bash", ["-c", asks + "\nprintf '%s\\n' \"${COMPREPLY[@]}\""]);

        Assert.Equal(0, await bash.Exit());
        Assert.Equal(expected, bash.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static async Task<string[]> Lines(string[] arguments)
    {
        (int exitCode, string output, string errors) = await Run(arguments);
        Assert.Equal((0, ""), (exitCode, errors));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Run(string[] arguments)
    {
        await using ChildProcess process = ChildProcess.StartGateway(arguments);
        int exitCode = await process.Exit();
        return (exitCode, process.Output, process.Errors);
    }
}
