using System.Globalization;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Lifecycle;

/// <summary>A hundred changes of the configuration under load, half of them faulty.</summary>
public sealed class ReloadUnderLoadTests : IDisposable
{
    private const string Fault1 = "HashBalancer:Pools:demo:BoundFactor: is '0.5'; allowed are 0 (no bound) and 1 to 100.";
    private const string Fault2 = "ReverseProxy:Routes:everything:ClusterId: is 'dmo', which is neither a pool nor a cluster. Did you mean 'demo'? Known: demo.";

    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    [Fact]
    public async Task Reload_AHundredTimesHalfOfThemFaulty_FailsNoRequestAndNamesEveryFault()
    {
        string file = Path.Combine(_folder, "gateway.json");
        await WriteAsync(file, "demo", 1.5);
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", file);
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 3);
        try
        {
            await using SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200);
            for (int i = 1; i <= 50; i++)
            {
                await WriteAsync(file, "demo", 1.5 + (i / 100.0));
                ProcessTable.Signal(gateway.Process.Id, ProcessTable.HangUp);
                await Logged(gateway, "The changed configuration is in force", i);
                await WriteAsync(file, "dmo", 0.5);
                ProcessTable.Signal(gateway.Process.Id, ProcessTable.HangUp);
                await Logged(gateway, "The changed configuration has 2 fault(s) and is refused", i);
            }

            Assert.True(await load.Stop() > 200);
            Assert.Empty(load.Faults);
            Assert.InRange(Count(gateway, Fault1), 50, 51);
            Assert.InRange(Count(gateway, Fault2), 50, 51);
            // What changed is said.
            Assert.Contains("  HashBalancer:Pools:demo:BoundFactor: 1.99 → 2", gateway.Process.Errors, StringComparison.Ordinal);
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task Logged(RunningGateway gateway, string text, int times) =>
        Eventually.IsTrue(() => Count(gateway, text) >= times, $"'{text}' for the {times}. time", TimeSpan.FromSeconds(30));

    private static int Count(RunningGateway gateway, string text) => gateway.Process.Errors.Split(text).Length - 1;

    private static Task WriteAsync(string file, string cluster, double factor) => File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "ReverseProxy": { "Routes": { "everything": { "ClusterId": "{{cluster}}", "Match": { "Path": "/{**rest}" } } } },
          "HashBalancer": { "Pools": { "demo": { "Service": "demo", "HashKeys": [ "header:X-User-Id" ], "BoundFactor": {{factor}} } } }
        }
        """));
}
