using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Warming;

public sealed class RequestSamplesTests
{
    private readonly Node _new = NodeOf("new");

    [Fact]
    public void For_NewNode_AreThoseWhoseKeysItWillOwnMostFrequentFirst()
    {
        var samples = new RequestSamples(20_000, ["header:X-User-Id"]);
        PoolSnapshot view = View("n1", "n2", "n3");
        ulong[] keys = [.. Enumerable.Range(0, 200).Select(i => KeyHash.Of($"user-{i}"))];
        HashRing after = HashRing.Build([.. view.Nodes.Append(_new).Select(node => new RingMember(node.Id, 1))], view.Ring.PointsPerUnitWeight);
        ulong hot = keys.First(key => after.MemberAt(after.Owner(key))!.Value.Id == "new");
        for (int round = 0; round < 200; round++)
        {
            foreach (ulong key in keys)
                samples.Offer(Request("GET", key), key);
            for (int i = 0; i < 50; i++)
                samples.Offer(Request("GET", hot), hot);
        }

        IReadOnlyList<RequestSample> found = samples.For(view, _new, 1000);
        Assert.Equal(hot, found[0].Hash);
        Assert.Equal([.. keys.Where(key => after.MemberAt(after.Owner(key))!.Value.Id == "new").Order()], found.Select(sample => sample.Hash).Order());
        Assert.All(found, sample =>
        {
            Assert.Equal($"/items/{sample.Hash}?a=1", sample.PathAndQuery);
            Assert.Equal([("X-User-Id", sample.Hash.ToString(System.Globalization.CultureInfo.InvariantCulture))], sample.Headers);
        });
        Assert.Equal(3, samples.For(view, _new, 3).Count);
    }

    [Fact]
    public void Offer_WhatIsNoGet_IsNotTaken()
    {
        var samples = new RequestSamples(100, []);
        for (int i = 0; i < 1000; i++)
            samples.Offer(Request("POST", 1), 1);
        Assert.Empty(samples.For(View(), _new, 100));
    }

    private static DefaultHttpContext Request(string method, ulong key)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = $"/items/{key}";
        context.Request.QueryString = new QueryString("?a=1");
        context.Request.Headers["X-User-Id"] = key.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Request.Headers.Cookie = "secret=1";
        return context;
    }

    private static PoolSnapshot View(params string[] ids)
    {
        Node[] nodes = [.. ids.Select(NodeOf)];
        return new PoolSnapshot("items", MembershipSource.Registry, [.. nodes], HashRing.Build(nodes.Select(node => new RingMember(node.Id, node.Weight))));
    }

    private static Node NodeOf(string id) => new(id, "127.0.0.1", 80, 1, NodeState.Up, new NodeLoad());
}
