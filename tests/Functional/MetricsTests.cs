using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional;

/// <summary>What /metrics answers is what Prometheus takes.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_UnderLoad_PassPromtool()
    {
        Peer.Require("promtool");
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        await gateway.NodesOf(Enumerable.Range(0, 200).Select(i => $"user-{i}"));
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics")));
        await using ChildProcess promtool = ChildProcess.Start("sh", ["-c", $"promtool check metrics < {file}"]);
        int exit = await promtool.Exit();

        // Metrics that .NET itself names may offend promtool's taste; ours may not.
        Assert.DoesNotContain("hashbalancer_", promtool.Output + promtool.Errors, StringComparison.Ordinal);
        Assert.True(exit is 0 or 3, $"promtool ended with {exit}: {promtool.Output}{promtool.Errors}");
        File.Delete(file);
    }
}
