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
        await using ProxyHost proxy = await Items("header:X-User-Id");
        // The only key there is would be shared as soon as the hot keys are revised.
        proxy.ReplacePolicies(new() { ["items"] = ProxyHost.Policy("header:X-User-Id") with { ShareHotKeys = false } });

        // Five at a time stay under the bound.
        List<string> answers = [];
        for (int round = 0; round < 10; round++)
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 5).Select(i => proxy.NodeFor($"/items/{i}", ("X-User-Id", "alice")))));

        Assert.Equal([proxy.OwnerOf("items", "alice")], answers.Distinct());
    }

    [Fact]
    public async Task Request_DifferentHeaders_EachAtTheRingsOwner()
    {
        await using ProxyHost proxy = await Items("header:X-User-Id");
        var owners = new HashSet<string>();

        for (int user = 0; user < 100; user++)
        {
            string owner = await proxy.NodeFor("/items/1", ("X-User-Id", $"user-{user}"));
            Assert.Equal(proxy.OwnerOf("items", $"user-{user}"), owner);
            owners.Add(owner);
        }

        Assert.Equal(3, owners.Count);
    }

    [Fact]
    public async Task Request_ChainOfSources_FallsBackInOrder()
    {
        await using ProxyHost proxy = await Items("header:X-User-Id", "cookie:sid", "query:id", "client-ip");

        // Too few for the client's address to be taken for a hot key, which several nodes share.
        for (int i = 0; i < 15; i++)
        {
            (string, string) header = ("X-User-Id", $"u{i}"), cookie = ("Cookie", $"theme=dark; sid=s{i}");
            Assert.Equal(proxy.OwnerOf("items", $"u{i}"), await proxy.NodeFor($"/items/?id=q{i}", header, cookie));
            Assert.Equal(proxy.OwnerOf("items", $"s{i}"), await proxy.NodeFor($"/items/?id=q{i}", cookie));
            Assert.Equal(proxy.OwnerOf("items", $"q{i}"), await proxy.NodeFor($"/items/?id=q{i}"));
            Assert.Equal(proxy.OwnerOf("items", "127.0.0.1"), await proxy.NodeFor($"/items/{i}"));
        }
    }

    [Fact]
    public async Task Request_PathAndHostAsKeys_AreTheDecodedPathAndTheHostAskedFor()
    {
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"], ["shops"] = ["host"] });
        proxy.Publish(
            PoolViews.Of("items", [.. _backends.Select(b => proxy.Node("items", b))]),
            PoolViews.Of("shops", [.. _backends.Select(b => proxy.Node("shops", b))]));

        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(proxy.OwnerOf("items", $"/items/caf\u00e9 {i}"), await proxy.NodeFor($"/items/caf%C3%A9%20{i}?x={i}"));
            Assert.Equal(proxy.OwnerOf("shops", $"shop{i}.example"), await proxy.NodeFor($"/shops/{i}", ("Host", $"Shop{i}.Example:81")));
        }
    }

    [Fact]
    public async Task Request_WithoutKey_ReachesAllNodes()
    {
        await using ProxyHost proxy = await Items("header:X-User-Id");

        string[] answers = new string[60];
        for (int i = 0; i < answers.Length; i++)
            answers[i] = await proxy.NodeFor("/items/1");

        Assert.Equal(["a", "b", "c"], answers.Distinct().Order());
    }

    [Fact]
    public async Task Request_ClusterIdInOtherCaseThanThePool_IsServed()
    {
        await using ProxyHost proxy = await Items("header:X-User-Id");
        proxy.Publish("ITEMS", _backends);

        Assert.Equal(proxy.OwnerOf("items", "alice"), await proxy.NodeFor("/items/1", ("X-User-Id", "alice")));
    }

    private async Task<ProxyHost> Items(params string[] sources)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = sources });
        proxy.Publish("items", _backends);
        return proxy;
    }
}
