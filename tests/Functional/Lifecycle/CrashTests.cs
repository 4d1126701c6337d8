using System.Globalization;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Lifecycle;

/// <summary>What a gateway keeps in files is whole after every crash.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    [Fact]
    public async Task Kill_WhileStateIsWritten_LeavesFilesThatTheNextStartReads()
    {
        string nodes = Path.Combine(_folder, "nodes.json"), registry = Path.Combine(_folder, "registry.json");
        for (int round = 0; round < 4; round++)
        {
            await using RunningGateway gateway = await RunningGateway.Start(
                "run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Membership:LastKnownGoodFile={nodes}",
                $"--HashBalancer:Registry:SnapshotFile={registry}");
            Assert.DoesNotContain("is ignored", gateway.Process.Errors, StringComparison.Ordinal);
            // Instances come as fast as they are taken, so that files are being written at any moment.
            int registered = 0;
            using var stop = new CancellationTokenSource();
            Task coming = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    int i = registered + 1;
                    using HttpResponseMessage answer = await gateway.Put(
                        "/v1/agent/service/register", new { ID = string.Create(CultureInfo.InvariantCulture, $"n-{i}"), Name = "demo", Address = "127.0.0.1", Port = 1000 + (i % 60_000) });
                    registered = i;
                }
            });
            DateTime written = File.Exists(nodes) ? File.GetLastWriteTimeUtc(nodes) : DateTime.MinValue;
            await Eventually.IsTrue(() => File.Exists(nodes) && File.GetLastWriteTimeUtc(nodes) > written && File.Exists(registry) && registered > 50, "files are written");
            gateway.Process.Kill();
            await gateway.Process.Exit();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => coming);

            using (JsonDocument.Parse(await File.ReadAllTextAsync(nodes)))
            using (JsonDocument.Parse(await File.ReadAllTextAsync(registry)))
                Assert.True(registered > 50);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
