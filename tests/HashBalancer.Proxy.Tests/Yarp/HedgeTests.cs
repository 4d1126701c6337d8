using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Second tries beside slow first ones, on real sockets and on both paths. What is slow here waits for what the test says, not for a time.</summary>
public sealed class HedgeTests
{
    private readonly ConcurrentQueue<string> _left = new();
    private int _hung;
    private readonly TaskCompletionSource _firstMayGo = new();
    private readonly TaskCompletionSource _secondIsThere = new();

    [Theory]
    [InlineData("GET", true)]
    [InlineData("GET", false)]
    [InlineData("HEAD", true)]
    public async Task First_Hangs_TheSecondsAnswerGoesToTheClient(string method, bool direct)
    {
        await using Bed bed = await Bed.Start(direct, Hang, Answer(200));

        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage response = await bed.Send(method);
            Assert.Equal((HttpStatusCode.OK, method == "HEAD" ? "" : "second"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
            Assert.Equal(["second"], response.Headers.GetValues("X-Node"));
        }

        // On a busy machine a try may end before its node has heard of it.
        await Eventually.IsTrue(() => _left.Count == Volatile.Read(ref _hung), "the first tries have ended");
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=won 5");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=first,code=canceled 5", "pool=items,node=second,code=2xx 5");
        await bed.Meter.AssertReads("hashbalancer.requests.in_flight");
        await bed.Meter.AssertReads("hashbalancer.errors");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task First_AnswersAfterTheSecondBegan_ItsAnswerGoesToTheClient(bool direct)
    {
        await using Bed bed = await Bed.Start(direct, WaitThen(Answer(404)), ArriveThen(Hang));

        using HttpResponseMessage response = await bed.Send("GET");

        Assert.Equal((HttpStatusCode.NotFound, "first"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        await Eventually.IsTrue(() => _left.SequenceEqual(["second"]), "the second try has ended");
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=lost 1");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=first,code=4xx 1", "pool=items,node=second,code=canceled 1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_AnswersWithAnError_TheFirstsAnswerIsWaitedFor(bool direct)
    {
        await using Bed bed = await Bed.Start(direct, WaitThen(Answer(200)), Answer(503));
        Task<HttpResponseMessage> asked = bed.Send("GET");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=second,code=5xx 1");
        _secondIsThere.SetResult();

        using HttpResponseMessage response = await asked;

        Assert.Equal((HttpStatusCode.OK, "first"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=lost 1");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=first,code=2xx 1", "pool=items,node=second,code=5xx 1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task First_AnswersWithAnError_TheSecondsAnswerIsWaitedFor(bool direct)
    {
        var firstIsOver = new TaskCompletionSource();
        await using Bed bed = await Bed.Start(direct, async context =>
        {
            await _secondIsThere.Task;
            await Answer(500)(context);
            await context.Response.CompleteAsync();
            firstIsOver.SetResult();
        }, async context =>
        {
            _secondIsThere.SetResult();
            await firstIsOver.Task;
            await Answer(200)(context);
        });

        using HttpResponseMessage response = await bed.Send("GET");

        // Whichever the gateway reads first.
        Assert.Equal((HttpStatusCode.OK, "second"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=won 1");
    }

    [Fact]
    public async Task Second_CannotBeReached_TheFirstIsWaitedFor()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        await using Bed bed = await Bed.Start(direct: true, WaitThen(Answer(200)), Answer(200), secondPort: port);
        Task<HttpResponseMessage> asked = bed.Send("GET");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=second,code=failed 1");
        _secondIsThere.SetResult();

        using HttpResponseMessage response = await asked;

        Assert.Equal((HttpStatusCode.OK, "first"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=lost 1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_AnswersLongAndInPieces_AllOfItComes(bool direct)
    {
        await using Bed bed = await Bed.Start(direct, Hang, async context =>
        {
            for (int i = 0; i < 64; i++)
                await context.Response.Body.WriteAsync(Enumerable.Repeat((byte)i, 16 * 1024).ToArray());
        });

        using HttpResponseMessage response = await bed.Send("GET");
        byte[] body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(64 * 16 * 1024, body.Length);
        Assert.All(Enumerable.Range(0, 64), i => Assert.Equal(i, body[(i * 16 * 1024) + 77]));
    }

    [Fact]
    public async Task Client_Leaves_BothTriesEnd()
    {
        await using Bed bed = await Bed.Start(direct: true, Hang, ArriveThen(Hang));
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> asked = bed.Send("GET", cancellation: leave.Token);
        await _secondIsThere.Task;

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await Eventually.IsTrue(() => _left.Contains("second") && _left.Count == Volatile.Read(ref _hung), "both tries have ended");
        await bed.Meter.AssertReads("hashbalancer.requests.in_flight");
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=failed 1");
    }

    [Fact]
    public async Task Budget_IsSpent_TheFirstIsWaitedFor()
    {
        await using Bed bed = await Bed.Start(direct: true, Hang, Answer(200), new RetryPolicy { HedgeDelay = Soon, BudgetShare = 0, BudgetPerSecond = 0 });
        for (int i = 0; i < 50; i++)
            (await bed.Send("GET")).Dispose();

        Task<HttpResponseMessage> asked = bed.Send("GET");
        await bed.Meter.AssertReads("hashbalancer.hedges", "pool=items,result=over-budget 1", "pool=items,result=won 50");
        _firstMayGo.SetResult();

        using HttpResponseMessage response = await asked;
        Assert.Equal("first", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("GET", "text/event-stream")]
    public async Task Request_NotForTwo_IsSentOnce(string method, string? accept)
    {
        await using Bed bed = await Bed.Start(direct: true, async context =>
        {
            // So long that a second try would have begun; were there one, it would answer at once.
            await Task.Delay(20 * Soon, TimeProvider.System);
            await Answer(200)(context);
        }, Answer(200));

        using HttpResponseMessage response = await bed.Send(method, accept);

        Assert.Equal("first", await response.Content.ReadAsStringAsync());
        await bed.Meter.AssertReads("hashbalancer.hedges");
    }

    [Fact]
    public async Task Quantile_OfTheUsualTimes_SetsTheDelay()
    {
        int slow = 0;
        await using Bed bed = await Bed.Start(direct: true, context => Interlocked.CompareExchange(ref slow, 0, 1) == 1 ? Hang(context) : Answer(200)(context), Answer(200),
            new RetryPolicy { HedgeQuantile = 0.95, BudgetShare = 1 });
        for (int i = 0; i < 60; i++)
            (await bed.Send("GET")).Dispose();
        await Eventually.IsTrue(() => bed.Runtime.Latencies.Quantile is not null, "the pool's usual times are known");

        Volatile.Write(ref slow, 1);
        using HttpResponseMessage response = await bed.Send("GET");

        Assert.Equal("second", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Tries of many requests that end in every order: each answer is one node's, whole.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_ManyAtOnceOfEveryKind_EachGetsOneWholeAnswer(bool direct)
    {
        int seed = 0;
        RequestDelegate answer = async context =>
        {
            var random = new Random(Interlocked.Increment(ref seed));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System);
            context.Response.StatusCode = random.Next(10) == 0 ? 503 : 200;
            context.Response.Headers["X-Node"] = NameOf(context);
            context.Response.ContentLength = random.Next(2) == 0 ? 600 : null;
            for (int i = 0; i < 100; i++)
                await context.Response.WriteAsync(NameOf(context).PadRight(6));
        };
        await using Bed bed = await Bed.Start(direct, answer, answer, new RetryPolicy { HedgeDelay = TimeSpan.FromMilliseconds(10), Statuses = [503], BudgetShare = 1, BudgetPerSecond = 10_000 });

        await Parallel.ForEachAsync(Enumerable.Range(0, Effort.Of(1500)), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, stop) =>
        {
            using HttpResponseMessage response = await bed.Send("GET", cancellation: stop);
            string name = Assert.Single(response.Headers.GetValues("X-Node"));
            Assert.Equal(string.Concat(Enumerable.Repeat(name.PadRight(6), 100)), await response.Content.ReadAsStringAsync(stop));
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
        });

        await bed.Meter.AssertReads("hashbalancer.requests.in_flight");
        Assert.NotEmpty(bed.Meter.Observe("hashbalancer.hedges"));
        await bed.Meter.AssertReads("hashbalancer.errors");
    }

    private static TimeSpan Soon => TimeSpan.FromMilliseconds(20);

    private async Task Hang(HttpContext context)
    {
        string name = NameOf(context);
        Interlocked.Increment(ref _hung);
        try
        {
            await _firstMayGo.Task.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            _left.Enqueue(name);
            return;
        }

        await Answer(200)(context);
    }

    private RequestDelegate WaitThen(RequestDelegate then) => async context =>
    {
        await _secondIsThere.Task;
        await then(context);
    };

    private RequestDelegate ArriveThen(RequestDelegate then) => context =>
    {
        _secondIsThere.SetResult();
        return then(context);
    };

    private static RequestDelegate Answer(int status) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Node"] = NameOf(context);
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(NameOf(context));
    };

    private static string NameOf(HttpContext context) => (string)context.Items["name"]!;

    private sealed class Bed(ProxyHost proxy, Backend first, Backend second, string key) : IAsyncDisposable
    {
        public MeterReadings Meter { get; } = new(proxy.Services);

        public PoolRuntime Runtime => proxy.Services.GetRequiredService<PoolPolicies>().TryGetPool("items", out Pool? pool) ? pool.Runtime : throw new InvalidOperationException("No pool.");

        public static async Task<Bed> Start(bool direct, RequestDelegate first, RequestDelegate second, RetryPolicy? retry = null, int? secondPort = null)
        {
            Backend one = await Backend.Start("first", Named("first", first)), other = await Backend.Start("second", Named("second", second));
            ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-Key"] }, forwardsDirectly: direct,
                configure: direct ? null : services => services.AddSingleton(new ForwardingSettings { Mode = ForwardingMode.Stock }));
            proxy.ReplacePolicies(new()
            {
                ["items"] = ProxyHost.Policy("header:X-Key") with
                {
                    Retry = retry ?? new RetryPolicy { HedgeDelay = Soon },
                    Outliers = new OutlierPolicy { Enabled = false },
                    ShareHotKeys = false,
                    Bound = null,
                },
            });
            proxy.Publish(PoolViews.Of("items", proxy.Node("items", one), proxy.Node("items", "second", secondPort ?? other.Port)));
            return new Bed(proxy, one, other, Enumerable.Range(0, 1000).Select(i => $"key-{i}").First(key => proxy.OwnerOf("items", key) == "first"));
        }

        public Task<HttpResponseMessage> Send(string method, string? accept = null, CancellationToken cancellation = default)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "/items/1");
            request.Headers.Add("X-Key", key);
            if (accept is not null)
                request.Headers.Add("Accept", accept);
            return proxy.Client.SendAsync(request, cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            Meter.Dispose();
            await proxy.DisposeAsync();
            await first.DisposeAsync();
            await second.DisposeAsync();
        }

        private static RequestDelegate Named(string name, RequestDelegate answer) => context =>
        {
            context.Items["name"] = name;
            return answer(context);
        };
    }
}
