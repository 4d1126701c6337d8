using System.Collections.Concurrent;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Nodes that may have so many requests at once, on real sockets.</summary>
public sealed class NodeLimitTests
{
    [Theory]
    [InlineData("header:X-Key", true)]
    [InlineData("header:X-Key", false)]
    [InlineData(null, false)]
    public async Task Requests_OfOneKeyOrNone_FillEveryNodeToItsLimitAndWait(string? key, bool hasBound)
    {
        var release = new TaskCompletionSource();
        ConcurrentDictionary<string, int> inside = [];
        await using Backend a = await Backend.Start("a", Hold("a")), b = await Backend.Start("b", Hold("b")), c = await Backend.Start("c", Hold("c"));
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = key is null ? [] : [key] });
        PoolPolicy policy = ProxyHost.Policy(key is null ? [] : [key]);
        proxy.ReplacePolicies(new()
        {
            ["items"] = policy with
            {
                Admission = new AdmissionPolicy { NodeLimit = 2, QueueTimeout = TimeSpan.FromMinutes(5) },
                AffinityWait = null,
                Bound = hasBound ? policy.Bound : null,
                ShareHotKeys = false,
            },
        });
        proxy.Publish("items", a, b, c);
        using var meter = new MeterReadings(proxy.Services);

        List<Task<HttpResponseMessage>> asked = [];
        for (int i = 1; i <= 10; i++)
        {
            asked.Add(proxy.Get("/items/1", ("X-Key", "a")));
            int now = i;
            await Eventually.IsTrue(() => inside.Values.Sum() == Math.Min(now, 6) && (now <= 6 || meter.Observe("hashbalancer.admission.waiting").SequenceEqual([$"pool=items {now - 6}"])), "the request is placed");
        }

        Assert.Equal([2, 2, 2], inside.Values);
        await meter.AssertReads("hashbalancer.admission.limit", "pool=items 6");
        release.SetResult();
        foreach (Task<HttpResponseMessage> request in asked)
            Assert.True((await request).IsSuccessStatusCode);

        RequestDelegate Hold(string name) => async context =>
        {
            inside.AddOrUpdate(name, 1, (_, count) => count + 1);
            await release.Task;
            await context.Response.WriteAsync(name);
        };
    }
}
