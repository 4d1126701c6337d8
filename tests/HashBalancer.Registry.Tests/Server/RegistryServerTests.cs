using HashBalancer.Consul.Models;
using HashBalancer.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Registry.Tests;

public sealed class RegistryServerTests
{
    [Fact]
    public async Task DisposeAsync_Twice_DoesNothingTheSecondTime()
    {
        var server = new RegistryServer(RunningRegistry.Options, TimeProvider.System, NullLoggerFactory.Instance);
        await server.StartAsync(TestContext.Current.CancellationToken);

        await server.DisposeAsync();

        await server.DisposeAsync();
    }

    [Fact]
    public async Task Address_PortZero_NamesTheRealPort()
    {
        await using RunningRegistry registry = await RunningRegistry.StartAsync();

        Assert.Equal("127.0.0.1", registry.Server.Address.Host);
        Assert.InRange(registry.Server.Address.Port, 1, 65535);
    }

    [Fact]
    public void Address_BeforeStart_Throws()
    {
        var server = new RegistryServer(RunningRegistry.Options, TimeProvider.System, NullLoggerFactory.Instance);

        Assert.Equal("The registry has not been started.", Assert.Throws<InvalidOperationException>(() => server.Address).Message);
    }

    [Fact]
    public async Task StartAsync_PortInUse_NamesAddressAndReason()
    {
        await using RunningRegistry first = await RunningRegistry.StartAsync();
        RegistryOptions options = RunningRegistry.Options;
        options.Listen = $"127.0.0.1:{first.Server.Address.Port}";
        await using var second = new RegistryServer(options, TimeProvider.System, NullLoggerFactory.Instance);

        IOException error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal($"The registry cannot listen on {options.Listen}: the port is in use.", error.Message);
    }

    [Fact]
    public async Task StopAsync_WithWaitingQuery_EndsItsConnectionAtOnce()
    {
        await using RunningRegistry registry = await RunningRegistry.StartAsync();
        (_, ulong index) = await registry.HealthAsync("web");
        Task<HttpResponseMessage> waiting = registry.GetAsync($"/v1/health/service/web?index={index}&wait=10m");
        await Eventually.IsTrue(async () => await registry.WaitingAsync() == 1, "the query waits");

        await registry.Server.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<HttpRequestException>(() => waiting);
    }

    [Fact]
    public async Task Health_WaitingQuery_AnswersWhenTheCheckTurnsCritical()
    {
        await using RunningRegistry registry = await RunningRegistry.StartAsync();
        await registry.PutAsync(
            "/v1/agent/service/register", """{"ID":"w1","Name":"web","Port":80,"Check":{"CheckID":"c","TTL":"10m","Status":"passing"}}""");
        (IReadOnlyList<ServiceEntry> before, ulong index) = await registry.HealthAsync("web?passing");
        Task<(IReadOnlyList<ServiceEntry> Entries, ulong Index)> waiting = registry.HealthAsync($"web?passing&index={index}&wait=1m");
        await Eventually.IsTrue(async () => await registry.WaitingAsync() == 1, "the query waits");

        await registry.PutAsync("/v1/agent/check/fail/c");

        (IReadOnlyList<ServiceEntry> after, ulong next) = await waiting;
        Assert.Single(before);
        Assert.Empty(after);
        Assert.True(next > index);
    }

    [Fact]
    public async Task Connection_ClosedByTheCaller_ForgetsItsWaitingQuery()
    {
        await using RunningRegistry registry = await RunningRegistry.StartAsync();
        (_, ulong index) = await registry.HealthAsync("web");
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> waiting = registry.Client.GetAsync(
            new Uri($"/v1/health/service/web?index={index}&wait=10m", UriKind.Relative), leave.Token);
        await Eventually.IsTrue(async () => await registry.WaitingAsync() == 1, "the query waits");

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Eventually.IsTrue(async () => await registry.WaitingAsync() == 0, "the query is forgotten");
    }
}
