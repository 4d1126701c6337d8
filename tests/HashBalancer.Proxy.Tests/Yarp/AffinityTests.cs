using HashBalancer.Proxy.Tests.Support;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests through Kestrel and YARP to real servers: which node answers them.</summary>
public sealed class AffinityTests : IAsyncLifetime
{
    private readonly List<Backend> _backends = [];

    public async ValueTask InitializeAsync()
    {
        foreach (string name in new[] { "a", "b", "c" })
            _backends.Add(await Backend.Start(name));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Backend backend in _backends)
            await backend.DisposeAsync();
    }

    [Fact]
    public async Task Request_SameHeader_SameNode()
    {
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-User-Id"] });
        proxy.Publish("items", _backends);

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => proxy.NodeFor($"/items/{i}", ("X-User-Id", "alice"))));

        Assert.Single(answers.Distinct());
    }
}
