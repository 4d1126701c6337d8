using System.Globalization;
using System.Net;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>The policy in a YARP application that has nothing else of HashBalancer, and beside YARP's pipeline with all of it.</summary>
public sealed class ConsistentHashPolicyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PickDestination_ByKey_IsTheRingsOwner()
    {
        await using var proxy = await Application.Start(3, "header:X-User-Id");
        HashRing ring = HashRing.Build(Enumerable.Range(0, 3).Select(i => new RingMember(Id(i))));
        for (int i = 0; i < 50; i++)
        {
            string user = string.Create(CultureInfo.InvariantCulture, $"user-{i}");
            Assert.Equal(ring.MemberAt(ring.Owner(KeyHash.Of(user.AsSpan())))!.Value.Id, await proxy.NodeOf(user));
        }
    }

    [Fact]
    public async Task PickDestination_OneGoes_MovesItsKeysAlone()
    {
        await using var proxy = await Application.Start(4, "header:X-User-Id");
        string[] users = [.. Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"user-{i}"))];
        Dictionary<string, string> before = [];
        foreach (string user in users)
            before[user] = await proxy.NodeOf(user);

        proxy.Update(3);
        foreach (string user in users)
        {
            string now = await proxy.NodeOf(user);
            Assert.True(before[user] == Id(3) ? now != Id(3) : now == before[user], $"{user} went from {before[user]} to {now}.");
        }
    }

    [Fact]
    public async Task PickDestination_WithoutAKey_UsesAllDestinations()
    {
        await using var proxy = await Application.Start(3, "header:X-User-Id");
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < 200 && seen.Count < 3; i++)
            seen.Add(await proxy.NodeOf(null));
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task PickDestination_KeySourcesFaulty_AnswersWithAnErrorAndNamesThem()
    {
        await using var proxy = await Application.Start(2, "heder:X-User-Id");
        using HttpResponseMessage answer = await proxy.Client.GetAsync(new Uri("/", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"d{i}");

    /// <summary>What somebody who uses YARP already adds to it.</summary>
    private sealed class Application : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly List<WebApplication> _nodes;
        private readonly string _keys;

        private Application(WebApplication app, List<WebApplication> nodes, string keys)
        {
            (_app, _nodes, _keys) = (app, nodes, keys);
            Client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Addresses.PortOf(app)}")) };
        }

        public HttpClient Client { get; }

        public static async Task<Application> Start(int count, string keys)
        {
            List<WebApplication> nodes = [];
            for (int i = 0; i < count; i++)
                nodes.Add(await Serve(Id(i)));
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            builder.Services.AddRouting();
            builder.Services.AddReverseProxy().LoadFromMemory([new RouteConfig { RouteId = "all", ClusterId = "c", Match = new RouteMatch { Path = "/{**rest}" } }], [Cluster(nodes, count, keys)])
                .AddConsistentHash();
            WebApplication app = builder.Build();
            app.MapReverseProxy();
            await app.StartAsync(Stop);
            return new Application(app, nodes, keys);
        }

        public async Task<string> NodeOf(string? user)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            if (user is not null)
                request.Headers.Add("X-User-Id", user);
            using HttpResponseMessage answer = await Client.SendAsync(request, Stop);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadAsStringAsync(Stop);
        }

        public void Update(int count) => _app.Services.GetRequiredService<InMemoryConfigProvider>().Update(
            [new RouteConfig { RouteId = "all", ClusterId = "c", Match = new RouteMatch { Path = "/{**rest}" } }], [Cluster(_nodes, count, _keys)]);

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _app.DisposeAsync();
            foreach (WebApplication node in _nodes)
                await node.DisposeAsync();
        }

        private static ClusterConfig Cluster(List<WebApplication> nodes, int count, string keys) => new()
        {
            ClusterId = "c",
            LoadBalancingPolicy = ConsistentHashPolicy.PolicyName,
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [ConsistentHashPolicy.HashKeys] = keys },
            Destinations = Enumerable.Range(0, count).ToDictionary(
                Id, i => new DestinationConfig { Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Addresses.PortOf(nodes[i])}") }, StringComparer.Ordinal),
        };

        private static async Task<WebApplication> Serve(string id)
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            WebApplication app = builder.Build();
            app.Run(context => context.Response.WriteAsync(id));
            await app.StartAsync(Stop);
            return app;
        }
    }
}
