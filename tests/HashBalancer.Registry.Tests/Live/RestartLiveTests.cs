using HashBalancer.Consul.Models;
using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>Restarts of the embedded registry on the same port, as its clients see them.</summary>
public sealed class RestartLiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("registry-restart-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Restart_Empty_IndexesGoBackwardsAndServicesAreGone()
    {
        RegistryOptions options = RunningRegistry.Options;
        ulong before;
        await using (RunningRegistry first = await RunningRegistry.StartAsync(options))
        {
            options.Listen = $"127.0.0.1:{first.Server.Address.Port}";
            for (int i = 0; i < 20; i++)
                await first.PutAsync("/v1/agent/service/register", $$"""{"Name":"web","Port":{{i + 1}}}""");
            (_, before) = await first.HealthAsync("web");
        }

        await using RunningRegistry second = await RunningRegistry.StartAsync(options);

        (IReadOnlyList<ServiceEntry> entries, ulong after) = await second.HealthAsync("web");
        Assert.Empty(entries);
        Assert.True(after < before, $"{after} after {before}");
    }

    [Fact]
    public async Task Restart_WhileAQueryWaits_BreaksItsConnection()
    {
        await using RunningRegistry first = await RunningRegistry.StartAsync();
        (_, ulong index) = await first.HealthAsync("web");
        Task<(IReadOnlyList<ServiceEntry> Entries, ulong Index)> waiting = first.HealthAsync($"web?index={index}&wait=10m");
        await Eventually.IsTrue(async () => await first.WaitingAsync() == 1, "the query waits");

        await first.Server.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => waiting);
    }

    [Fact]
    public async Task Restart_SamePort_ListensAtOnce()
    {
        RegistryOptions options = RunningRegistry.Options;
        for (int i = 0; i < 5; i++)
        {
            await using RunningRegistry registry = await RunningRegistry.StartAsync(options);
            options.Listen = $"127.0.0.1:{registry.Server.Address.Port}";
            await registry.PutAsync("/v1/kv/a", "1");
        }
    }

    [Fact]
    public async Task Restart_WithSnapshot_LockHolderIsStillTheHolder()
    {
        RegistryOptions options = RunningRegistry.Options;
        options.SnapshotFile = Path.Combine(_folder, "registry.json");
        string holder;
        await using (RunningRegistry first = await RunningRegistry.StartAsync(options))
        {
            holder = await NewSessionAsync(first);
            await first.PutAsync($"/v1/kv/leader?acquire={holder}", "me");
        }

        await using RunningRegistry second = await RunningRegistry.StartAsync(options);
        string rival = await NewSessionAsync(second);

        using HttpResponseMessage taken = await second.SendPutAsync($"/v1/kv/leader?acquire={rival}", "other");
        using HttpResponseMessage kept = await second.SendPutAsync($"/v1/kv/leader?acquire={holder}", "me again");
        Assert.Equal(("false", "true"), (await taken.Content.ReadAsStringAsync(), await kept.Content.ReadAsStringAsync()));
    }

    private static async Task<string> NewSessionAsync(RunningRegistry registry) =>
        (await registry.PutJsonAsync("/v1/session/create", """{"LockDelay":"0s"}""")).GetProperty("ID").GetString()!;
}
