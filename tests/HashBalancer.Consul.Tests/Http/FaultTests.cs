using HashBalancer.Consul.Models;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Consul.Tests.Http;

/// <summary>Measures the memory of the whole process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>A thousand faults of every kind, and nothing is left behind.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FaultTests
{
    private const int Rounds = 140;

    // The fault that takes time is not met in every round.
    private const int RoundsPerTimeout = 6;
    private int _connections;

    private static readonly (RequestDelegate Answer, Type Kind)[] Faults =
    [
        (c => FakeConsul.Text(c, 500, "No cluster leader"), typeof(ConsulNoLeaderException)),
        (c => FakeConsul.Text(c, 403, "Permission denied"), typeof(ConsulForbiddenException)),
        (c => FakeConsul.Text(c, 429, ""), typeof(ConsulOverloadedException)),
        (c => FakeConsul.Json(c, """[{"Node":{"Node":"n"},"Service":{"ID":"web" """, 4), typeof(ConsulBadResponseException)),
        (c => FakeConsul.Json(c, $"[\"{new string('x', 70_000)}\"]", 4), typeof(ConsulBadResponseException)),
        (CutAsync, typeof(ConsulUnreachableException)),
        (ResetAsync, typeof(ConsulUnreachableException)),
        (TrickleAsync, typeof(ConsulTimeoutException)),
    ];

    [Fact]
    public async Task Call_AThousandFaults_AreTypedAndLeaveNoConnectionAndNoMemory()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(_ => Task.CompletedTask, listen => listen.Use(CountAsync));
        using ConsulClient client = Client(consul, TimeSpan.FromSeconds(10));
        using ConsulClient hasty = Client(consul, TimeSpan.FromMilliseconds(100));
        await RunAsync(consul, client, hasty, 20);
        consul.Forget();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await RunAsync(consul, client, hasty, Rounds);
        consul.Forget();
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 2 * 1024 * 1024, $"{grown} bytes more than before");
        consul.Answer = c => FakeConsul.Json(c, "[]");
        Assert.Empty(await client.Status.PeersAsync());
        await Eventually.IsTrue(() => Volatile.Read(ref _connections) <= 1, "one connection is left");
    }

    [Fact]
    public async Task Watch_EveryFaultInTurn_GoesOnAndFollows()
    {
        int asked = 0;
        await using FakeConsul consul = await FakeConsul.StartAsync(c =>
        {
            int i = Interlocked.Increment(ref asked) - 1;
            return i < Faults.Length ? Faults[i].Answer(c) : c.Request.Query.ContainsKey("index") ? FakeConsul.Hang(c) : FakeConsul.Json(c, "[]", 9);
        });
        using ConsulClient client = Client(consul, TimeSpan.FromSeconds(3));
        var soon = new RetryPace(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        var options = new WatchOptions { Retry = new RetryPaces { Unreachable = soon, ServerError = soon, Configuration = soon } };
        var kinds = new List<Type>();
        await foreach (WatchEvent<IReadOnlyList<ServiceEntry>> next in client.WatchServiceAsync("web", options))
        {
            if (next is not WatchFailure<IReadOnlyList<ServiceEntry>> failure)
                break;
            kinds.Add(failure.Error.GetType());
            Assert.Equal(kinds.Count, failure.Attempt);
        }

        Assert.Equal(Faults.Select(f => f.Kind), kinds);
    }

    private static ConsulClient Client(FakeConsul consul, TimeSpan timeout) =>
        new(new ConsulClientOptions { Address = consul.Address, MaxResponseBytes = 64 * 1024, RequestTimeout = timeout });

    private static async Task RunAsync(FakeConsul consul, ConsulClient client, ConsulClient hasty, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            foreach ((RequestDelegate answer, Type kind) in Faults)
            {
                bool timesOut = kind == typeof(ConsulTimeoutException);
                if (timesOut && i % RoundsPerTimeout != 0)
                    continue;
                consul.Answer = answer;
                await Assert.ThrowsAsync(kind, () => (timesOut ? hasty : client).Health.ServiceAsync("web"));
            }
        }
    }

    private static async Task CutAsync(HttpContext context)
    {
        context.Response.ContentLength = 100;
        await context.Response.WriteAsync("[");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static Task ResetAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static async Task TrickleAsync(HttpContext context)
    {
        while (true)
        {
            await context.Response.WriteAsync(" ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, context.RequestAborted);
        }
    }

    private ConnectionDelegate CountAsync(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    };
}
