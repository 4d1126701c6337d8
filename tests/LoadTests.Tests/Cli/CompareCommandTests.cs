using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    private static readonly ScenarioResult Sample = SampleResult.Create();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compare-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Compare_SlowerThanAllowed_ExitsWithOneAndSaysByHowMuch()
    {
        string slower = await Write("b", Sample with { Iterations = Sample.Iterations with { Latency = SampleResult.Latency with { P99Ms = 104 } } });

        int exitCode = await Run("compare", await Write("a", Sample), slower, "--max-worse", "0.2");

        Assert.Equal((1, ""), (exitCode, _error.ToString()));
        Assert.Contains("WORSE sample: p99 ms went from 83.2 to 104 (+25.0 %), more than the allowed +20.0 %", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Faster_IsNotWorse()
    {
        string faster = await Write("b", Sample with { Rate = Sample.Rate with { Answered = 500 } });

        Assert.Equal(0, await Run("compare", await Write("a", Sample), faster, "--max-worse", "0"));
        Assert.DoesNotContain("WORSE", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_ScenarioOfOneReport_IsNamed()
    {
        Assert.Equal(0, await Run("compare", await Write("a", Sample), await Write("b", Sample with { Name = "other" })));

        Assert.Contains("other is in b alone", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("sample is in a alone", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_NoReport_IsAUsageError()
    {
        string text = Path.Combine(_folder.FullName, "text.json");
        await File.WriteAllTextAsync(text, "{}");

        Assert.Equal(2, await Run("compare", text, text));
        Assert.Contains("is no report of format 1", _error.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> Write(string name, ScenarioResult result)
    {
        var report = new LoadReport(
            LoadReport.CurrentFormat, "1.2.3", new Machine("CPU", 2, "Linux", "6.1", ".NET 10"), LatencyHistogram.RelativeError, [result]);
        string file = Path.Combine(_folder.FullName, name + ".json");
        await File.WriteAllTextAsync(file, new JsonFormat<LoadReport>().Write(report));
        return file;
    }

    private Task<int> Run(params string[] args) => ExitCodes.Invoke(Commands.Create(TimeProvider.System, _output, _error).Parse(args));
}
