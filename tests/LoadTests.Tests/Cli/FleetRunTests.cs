using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Tests.Cli;

/// <summary>A scenario without an address: registry, gateway and nodes are started, tested and ended.</summary>
public sealed class FleetRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadtests-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_SmokeWithoutAddress_PassesAgainstItsOwnFleet()
    {
        // Without its bound on the runner's own pace, which a machine busy with other tests may break.
        string smokeFile = Path.Combine(_folder.FullName, "smoke.json");
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "scenarios", "smoke.json"));
        await File.WriteAllLinesAsync(smokeFile, lines.Where(l => !l.Contains("rate.error", StringComparison.Ordinal)));

        int exitCode = await Commands.Create(TimeProvider.System, _output, _error)
            .Parse(["run", smokeFile, "--duration", "1s", "--report", _folder.FullName]).InvokeAsync();

        Assert.Equal((0, ""), (exitCode, _error.ToString()));
        LoadReport report = JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json")))!;
        ScenarioResult smoke = Assert.Single(report.Scenarios);
        Assert.Equal(["node-1", "node-2", "node-3"], smoke.Nodes.Select(n => n.Name));
        Assert.Equal((100, 0), (smoke.Iterations.Requests, smoke.Iterations.Failed));
        Assert.Equal(1, smoke.Affinity!.Ratio);
        Assert.InRange(smoke.CacheHitRatio!.Value, 0.1, 1);
    }
}
