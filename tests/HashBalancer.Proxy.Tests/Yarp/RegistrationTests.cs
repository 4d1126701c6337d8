using System.Diagnostics.CodeAnalysis;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HashBalancer.Proxy.Tests.Yarp;

public sealed class RegistrationTests
{
    [Fact]
    public async Task UseHashBalancer_WithoutAdd_SaysWhatToCall()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddReverseProxy().LoadFromMemory([], []);
        await using WebApplication app = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(() => app.MapReverseProxy(proxy => proxy.UseHashBalancer()));

        Assert.Equal("UseHashBalancer needs services that are not registered: call AddReverseProxy().AddHashBalancer() first.", error.Message);
    }

    [Fact]
    public void AddHashBalancer_StoreAndTableRegisteredBefore_AreKept()
    {
        var snapshots = new SnapshotStore();
        var loads = new LoadTable();
        var services = new ServiceCollection();
        services.AddSingleton(snapshots).AddSingleton(loads);
        services.AddReverseProxy().AddHashBalancer();

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Same(snapshots, provider.GetRequiredService<SnapshotStore>());
        Assert.Same(loads, provider.GetRequiredService<LoadTable>());
    }

    [Fact]
    public void AddHashBalancer_Twice_RegistersEachKindOnce()
    {
        var services = new ServiceCollection();
        services.AddReverseProxy().AddHashBalancer().AddHashBalancer();

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(10, provider.GetServices<IHashKeyKind>().Count());
        Assert.True(provider.GetRequiredService<HashKeyParser>().TryParse(["path"], out _, out _));
    }

    [Fact]
    public async Task AddHashBalancer_KindOfOnesOwn_ChoosesTheNode()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b"), c = await Backend.Start("c");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] },
            configure: services => services.TryAddEnumerable(ServiceDescriptor.Singleton<IHashKeyKind, MethodKeyKind>()));
        Assert.True(proxy.Services.GetRequiredService<HashKeyParser>().TryParse(["method"], out HashKeyChain chain, out _));
        proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { ["items"] = new() { HashKeys = chain } });
        proxy.Publish("items", a, b, c);

        Assert.Equal(proxy.OwnerOf("items", "GET"), await proxy.NodeFor("/items/1"));
        Assert.Equal(proxy.OwnerOf("items", "GET"), await proxy.NodeFor("/items/2"));
    }

    private sealed class MethodKeyKind : IHashKeyKind, IHashKeySource
    {
        public string Name => "method";

        public bool TakesName => false;

        public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
        {
            problem = null;
            source = this;
            return true;
        }

        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            key.Append(context.Request.Method);
            return true;
        }
    }
}
