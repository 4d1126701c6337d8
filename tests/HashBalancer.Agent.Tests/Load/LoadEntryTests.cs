using HashBalancer.Consul;
using HashBalancer.Consul.Tests;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Agent.Tests.Load;

public sealed class LoadEntryTests : IAsyncLifetime
{
    private static readonly LoadReport Report = new(0.25, 0.5, null, 0.75);
    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;
    private readonly FakeAgentApi _api = new();
    private readonly LogRecorder _log = new();
    private FakeConsul _consul = null!;
    private ConsulClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(_api.AnswerAsync);
        _client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _consul.DisposeAsync();
    }

    [Fact]
    public async Task Tell_EachTime_CountsAndIsRemovedAtTheEnd()
    {
        LoadEntry entry = LoadEntry.Of(_client, new LoadOptions(), carriesHeader: false, "web-1", _log)!;
        await entry.TellAsync(Report, _cancelled);
        await entry.TellAsync(Report, _cancelled);
        Assert.Equal("TEXT cpu_utilization=0.25,mem_utilization=0.5,application_utilization=0.75,sequence=1", _api.Entries["hashbalancer/heartbeats/web-1"]);
        await entry.RemoveAsync(_cancelled);
        Assert.Empty(_api.Entries);
    }

    [Fact]
    public async Task Tell_RegistryDoesNotTakeIt_IsSaidOnceAndThrowsNothing()
    {
        _api.Fault = async context =>
        {
            await FakeConsul.Text(context, StatusCodes.Status403Forbidden, "Permission denied");
            return true;
        };
        LoadEntry entry = LoadEntry.Of(_client, new LoadOptions { RegistryFolder = "west" }, carriesHeader: false, "web-1", _log)!;
        await entry.TellAsync(Report, _cancelled);
        await entry.TellAsync(Report, _cancelled);
        Assert.StartsWith("Warning: The registry does not take the load of 'web-1': ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData(null, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    public void Of_UnlessSaidOtherwise_IsWhereAnswersDoNotCarryTheLoad(bool? asked, bool carriesHeader, bool made) =>
        Assert.Equal(made, LoadEntry.Of(_client, new LoadOptions { RegistryEntry = asked }, carriesHeader, "web-1", _log) is not null);
}
