using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Seeing;

/// <summary>What is explained is what happens, while nodes come, go, drain and change their weights.</summary>
public sealed class ExplainUnderChurnTests
{
    private const int Keys = 1000;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_RandomKeysUnderChurn_EqualsWhatTheRequestThenDoes()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 5);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Dictionary<string, int> ports = (await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/pools/demo/nodes"), Stop)).GetProperty("nodes").EnumerateArray()
            .ToDictionary(node => node.GetProperty("id").GetString()!, node => new Uri(node.GetProperty("address").GetString()!).Port, StringComparer.Ordinal);
        Task churn = ChurnAsync(gateway, nodes, ports, over.Token);
        try
        {
            var random = new Random(20261121);
            Dictionary<string, int> servedBy = new(StringComparer.Ordinal);
            HashSet<long> versions = [];
            int compared = 0, repeated = 0;
            while (compared < Keys)
            {
                string key = $"{random.NextInt64():x}";
                JsonElement before = await Explain(gateway, key);
                using HttpResponseMessage answer = await gateway.Get("/items/1", key);
                string served = await answer.Content.ReadAsStringAsync(Stop);
                JsonElement after = await Explain(gateway, key);
                long version = before.GetProperty("snapshotVersion").GetInt64();
                if (version != after.GetProperty("snapshotVersion").GetInt64())
                {
                    // A snapshot came in between: nobody can say which of the two the request went by.
                    Assert.True(++repeated < 20 * Keys, "snapshots come too fast for any request to be compared");
                    continue;
                }

                Assert.Equal(before.GetProperty("node").GetString(), served);
                versions.Add(version);
                servedBy[served] = servedBy.GetValueOrDefault(served) + 1;
                compared++;
            }

            Assert.True(versions.Count >= 10, $"only {versions.Count} snapshots were in force meanwhile");
            Assert.Equal(nodes.Select(node => node.Id).Order(StringComparer.Ordinal), servedBy.Keys.Order(StringComparer.Ordinal));
        }
        finally
        {
            await over.CancelAsync();
            await churn;
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    /// <summary>Changes something again and again: a node leaves and comes back, drains and serves again, weighs more and less.</summary>
    private static async Task ChurnAsync(RunningGateway gateway, FickleNode[] nodes, Dictionary<string, int> ports, CancellationToken stop)
    {
        var random = new Random(7);
        try
        {
            while (true)
            {
                FickleNode node = nodes[random.Next(nodes.Length)];
                switch (random.Next(3))
                {
                    case 0:
                        using (await gateway.Client.PutAsync(new Uri(gateway.Registry, $"/v1/agent/service/deregister/{node.Id}"), content: null, stop))
                            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, stop);
                        (await gateway.Put("/v1/agent/service/register", new { node.Id, Name = "demo", Address = "127.0.0.1", Port = ports[node.Id] })).Dispose();
                        break;
                    case 1:
                        using (await Post(gateway, node, "drain", stop))
                            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, stop);
                        (await Post(gateway, node, "undrain", stop)).Dispose();
                        break;
                    default:
                        using (await gateway.Client.PutAsJsonAsync(new Uri(gateway.Admin, $"/api/v1/pools/demo/nodes/{node.Id}/weight"), new { weight = random.Next(1, 4) }, stop))
                            break;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough has changed.
        }
    }

    private static Task<HttpResponseMessage> Post(RunningGateway gateway, FickleNode node, string command, CancellationToken stop) =>
        gateway.Client.PostAsync(new Uri(gateway.Admin, $"/api/v1/pools/demo/nodes/{node.Id}/{command}"), content: null, stop);

    private static Task<JsonElement> Explain(RunningGateway gateway, string key) =>
        gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, $"/api/v1/pools/demo/explain?key={key}"), Stop);
}
