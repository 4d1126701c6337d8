using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Four nodes with four slots each, four fifths of which are always busy, over real sockets.</summary>
public sealed class BusyPoolTests : IAsyncDisposable
{
    private const int Nodes = 4;
    private const int Slots = 4;
    private const int Clients = 13;
    private const int RequestsEach = 100;
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(5);

    private readonly List<Backend> _nodes = [];
    private ProxyHost _proxy = null!;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        foreach (Backend node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Requests_AtFourFifthsOfTheSlots_AreServedAtHomeWithFewWaits()
    {
        for (int i = 0; i < Nodes; i++)
            _nodes.Add(await Start($"n{i}"));
        _proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        _proxy.Publish("items", _nodes);

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(Client));

        PoolRuntime runtime = _proxy.Services.GetRequiredService<PoolPolicies>().All.Single().Runtime;
        const double All = Clients * RequestsEach;
        long atHome = runtime.Of(SelectionReason.Owner) + runtime.Of(SelectionReason.Waited) + runtime.Of(SelectionReason.HotKey);
        Assert.InRange(atHome / All, 0.95, 1);
        // A request that waits in vain waits 5 ms: this few, and a few more for whom it ended well, are all that wait at all.
        Assert.InRange(runtime.Of(WaitVerdict.TimedOut) / All, 0, 0.05);
        Assert.Equal(All, _nodes.Sum(node => node.Paths.Count));
    }

    private static Task<Backend> Start(string name)
    {
        var slots = new SemaphoreSlim(Slots);
        return Backend.Start(name, async context =>
        {
            await slots.WaitAsync();
            await Task.Delay(Work, TimeProvider.System);
            slots.Release();
            await context.Response.WriteAsync(name);
        });
    }

    /// <summary>Asks for one key after another, by Zipf 1.0 over 1,000 in its continuous form: the logarithm of the rank is uniform.</summary>
    private async Task Client(int number)
    {
        var chance = new Random(number);
        for (int i = 0; i < RequestsEach; i++)
            await _proxy.NodeFor($"/items/{(int)Math.Pow(1000, chance.NextDouble())}");
    }
}
