using System.Net;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Selection;

/// <summary>The way from a request to its node's destination allocates nothing.</summary>
public sealed class AllocationTests
{
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly PoolSnapshot _pool = PoolViews.Of("items", [.. Enumerable.Range(0, 20).Select(i => PoolViews.Node($"n{i}"))]);

    [Theory]
    [InlineData("header:X-User-Id")]
    [InlineData("header:X-Long")]
    [InlineData("header:X-Several")]
    [InlineData("cookie:sid")]
    [InlineData("query:id")]
    [InlineData("path")]
    [InlineData("host")]
    [InlineData("client-ip")]
    [InlineData("segment:1")]
    [InlineData("segment:-1|lower+header:X-User-Id|lower|trim")]
    [InlineData("header:X-Accents|lower")]
    [InlineData("jwt:sub")]
    [InlineData("claim:sub", "issued-cookie:sid")]
    [InlineData("header:X-Absent", "cookie:absent", "query:absent", "client-ip")]
    [InlineData("header:X-Absent")]
    [InlineData]
    public void Select_FromRequestToDestination_AllocatesNothing(params string[] sources)
    {
        HashKeyChain chain = Requests.Chain(sources);
        HttpContext context = Requests.With(request =>
        {
            request.Headers["X-User-Id"] = "alice";
            request.Headers["X-Long"] = new string('€', 2000);
            request.Headers["X-Several"] = new[] { "a", "b" };
            request.Headers.Cookie = "theme=dark; sid=3f2a9c; lang=en";
            request.QueryString = new QueryString("?a=1&id=caf%C3%A9+1&b=2");
            request.Path = "/items/1";
            request.Headers["X-Accents"] = "ÉCOLE";
            request.Headers.Authorization = "Bearer e30.eyJpc3MiOiJtZSIsInN1YiI6ImFsaWNlIn0.c2ln";
            request.Host = new HostString("Shop.Example:8080");
        });
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:10.0.0.7");

        Assert.Equal(0, AllocatedBy(() => Route(chain, context)));
    }

    [Fact]
    public void Select_SuccessorOfAnUnusableNode_AllocatesNothing()
    {
        PoolSnapshot pool = PoolViews.Of("items", PoolViews.Node("a", port: 0), PoolViews.Node("b", port: 0), PoolViews.Node("c"));

        Assert.Equal(0, AllocatedBy(() => Assert.NotNull(_selector.Select(pool, 42).Destination)));
    }

    [Fact]
    public void Counting_OutcomesAndSelections_AllocatesNothing()
    {
        var pool = new PoolRuntime();
        Node node = PoolViews.Node("a");

        Assert.Equal(0, AllocatedBy(() =>
        {
            pool.Count(SelectionReason.Owner);
            node.Load.Begin();
            node.Load.End(failed: false);
            NodeRuntime.Of(node).Counts.Count(Outcome.Success);
        }));
    }

    private void Route(HashKeyChain chain, HttpContext context)
    {
        NodeSelection selection = _selector.Select(_pool, chain.TryHash(context, out ulong hash) ? hash : null);
        if (selection.Destination is null)
            throw new InvalidOperationException("No destination.");
    }

    /// <summary>Warms up, so that every node has its runtime and code is compiled, then measures.</summary>
    private static long AllocatedBy(Action action)
    {
        for (int i = 0; i < 2000; i++)
            action();
        return Allocated.By(() =>
        {
            for (int i = 0; i < 1000; i++)
                action();
        });
    }
}
