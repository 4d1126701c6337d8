using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>Which change moves the index of which query, and which wakes it: the table that clients of Consul rely on.</summary>
public sealed class IndexAndWakeTests
{
    private const string Health = "/v1/health/service/s";
    private const string Catalog = "/v1/catalog/service/s";
    private const string Services = "/v1/catalog/services";
    private const string Checks = "/v1/health/checks/s";
    private const string Absent = "/v1/health/service/absent?near=_agent";

    private const string Instance = """{"ID":"s1","Name":"s","Port":1,"Check":{"CheckID":"s1c","TTL":"10m","Status":"passing"}}""";

    private static readonly Dictionary<string, (string Path, string Body)> Changes = new(StringComparer.Ordinal)
    {
        ["instance added"] = ("/v1/agent/service/register", """{"ID":"s2","Name":"s","Port":2}"""),
        ["instance changed"] = ("/v1/agent/service/register", """{"ID":"s1","Name":"s","Port":9}"""),
        ["instance removed"] = ("/v1/agent/service/deregister/s1", ""),
        ["check status"] = ("/v1/agent/check/fail/s1c", ""),
        ["check added"] = ("/v1/agent/check/register", """{"ID":"s1d","Name":"d","ServiceID":"s1","TTL":"10m"}"""),
        ["check removed"] = ("/v1/agent/check/deregister/s1c", ""),
        ["node check"] = ("/v1/agent/check/fail/nc", ""),
        ["node maintenance"] = ("/v1/agent/maintenance?enable=true", ""),
        ["output"] = ("/v1/agent/check/pass/s1c?note=else", ""),
        ["identical registration"] = ("/v1/agent/service/register", Instance),
        ["other instance"] = ("/v1/agent/service/register", """{"ID":"o2","Name":"o","Port":2}"""),
        ["other check"] = ("/v1/agent/check/fail/o1c", ""),
        ["other extinct"] = ("/v1/agent/service/deregister/o1", ""),
        ["key written"] = ("/v1/kv/k", "v"),
    };

    public static TheoryData<string, string, bool, bool> Rows => new()
    {
        // change, query, moves, wakes
        { "instance added", Health, true, true },
        { "instance added", Catalog, true, true },
        { "instance added", Services, true, true },
        { "instance added", Checks, false, false },
        { "instance changed", Health, true, true },
        { "instance changed", Catalog, true, true },
        { "instance changed", Services, true, true },
        { "instance changed", Checks, false, false },
        { "instance removed", Health, true, true },
        { "instance removed", Catalog, true, true },
        { "instance removed", Services, true, true },
        { "instance removed", Checks, true, true },
        { "check status", Health, true, true },
        { "check status", Catalog, true, false },
        { "check status", Services, false, false },
        { "check status", Checks, true, true },
        { "check added", Health, true, true },
        { "check added", Catalog, true, false },
        { "check added", Services, false, false },
        { "check added", Checks, true, true },
        { "check removed", Health, true, true },
        { "check removed", Catalog, true, false },
        { "check removed", Checks, true, true },
        { "node check", Health, true, true },
        { "node check", Catalog, true, false },
        { "node check", Services, false, false },
        { "node check", Checks, true, false },
        { "node maintenance", Health, true, true },
        { "node maintenance", Catalog, true, false },
        { "node maintenance", Services, false, false },
        { "output", Health, false, false },
        { "output", Catalog, false, false },
        { "output", Services, false, false },
        { "output", Checks, false, false },
        { "identical registration", Health, false, false },
        { "identical registration", Catalog, false, false },
        { "identical registration", Services, false, false },
        { "identical registration", Checks, false, false },
        { "other instance", Health, false, false },
        { "other instance", Catalog, false, false },
        { "other instance", Services, true, true },
        { "other instance", Checks, false, false },
        { "other check", Health, false, false },
        { "other check", Catalog, false, false },
        { "other check", Services, false, false },
        { "other check", Checks, true, false },
        { "other extinct", Absent, true, false },
        { "key written", Health, false, false },
        { "key written", Services, false, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Change_MovesAndWakes_AsConsulDoes(string change, string query, bool moves, bool wakes)
    {
        await using RunningRegistry registry = await RunningRegistry.StartAsync(time: new ManualTimeProvider());
        await registry.PutAsync("/v1/agent/service/register", Instance);
        await registry.PutAsync("/v1/agent/service/register", """{"ID":"o1","Name":"o","Check":{"CheckID":"o1c","TTL":"10m","Status":"passing"}}""");
        await registry.PutAsync("/v1/agent/check/register", """{"ID":"nc","Name":"nc","TTL":"10m","Status":"passing"}""");
        ulong before = await IndexAsync(registry, query);
        Task<HttpResponseMessage> waiting = registry.GetAsync($"{query}{(query.Contains('?') ? '&' : '?')}index={before}&wait=10m");
        await Eventually.IsTrue(async () => await registry.WaitingAsync() == 1, "the query waits");

        await registry.PutAsync(Changes[change].Path, Changes[change].Body);

        // The change has returned, so whoever it wakes is woken.
        Assert.Equal(wakes ? 0 : 1, await registry.WaitingAsync());
        ulong after = await IndexAsync(registry, query);
        Assert.True(moves == after > before, $"the index went from {before} to {after}");
        if (wakes)
        {
            using HttpResponseMessage answer = await waiting;
            Assert.Equal(after, RunningRegistry.IndexOf(answer));
        }
        else
        {
            await registry.Server.StopAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => waiting);
        }
    }

    private static async Task<ulong> IndexAsync(RunningRegistry registry, string query)
    {
        using HttpResponseMessage response = await registry.GetAsync(query);
        return RunningRegistry.IndexOf(response);
    }
}
