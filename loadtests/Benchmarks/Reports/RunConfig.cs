using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace HashBalancer.Benchmarks;

/// <summary>How BenchmarkDotNet measures here: many short rounds in one process, so that benchmarks and baselines share rings and
/// keys, and a round that nothing disturbed is among them.</summary>
internal static class RunConfig
{
    public static IConfig Of(bool smoke, params IEnumerable<string> only)
    {
        Job job = Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            .WithGcForce(false)
            .WithWarmupCount(smoke ? 3 : 10)
            .WithIterationCount(smoke ? 25 : 100);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "hashbalancer-benchmarks"));
        string[] patterns = [.. only.Select(text => $"*{text}*")];
        return patterns.Length == 0 ? config : config.AddFilter(new GlobFilter(patterns));
    }
}
