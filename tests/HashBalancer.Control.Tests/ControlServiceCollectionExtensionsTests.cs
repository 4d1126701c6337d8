using System.Net;
using HashBalancer.Consul;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control.Tests;

public sealed class ControlServiceCollectionExtensionsTests
{
    [Fact]
    public async Task AddHashBalancerControl_HostRuns_AnswerOfTheRegistryBecomesTheSnapshot()
    {
        ScriptedHandler http = new("/v1/health/");
        http.Reply(HttpStatusCode.OK, """[{"Node":{"Address":"10.0.0.9"},"Service":{"ID":"web-1","Service":"web","Port":80},"Checks":[]}]""", index: 12);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = "http://registry:8500" }, http));
        builder.Services.AddHashBalancerControl().AddHashBalancerControl();
        using IHost host = builder.Build();
        host.Services.GetRequiredService<MembershipService>().Apply([new PoolDefinition("items", "web")]);
        await host.StartAsync();

        SnapshotStore store = host.Services.GetRequiredService<SnapshotStore>();
        Assert.Contains("items", store.Current.Pools.Keys);
        await Eventually.IsTrue(() => store.Current.Pools["items"].Nodes.Length == 1, "the node is published");
        Assert.Equal("http://10.0.0.9:80/", store.Current.Pools["items"].Nodes[0].Address);
        RegistryReport report = host.Services.GetRequiredService<RegistryStatus>().Current;
        Assert.Equal(RegistryState.Reachable, report.State);
        Assert.StartsWith("http://registry:8500", report.Address, StringComparison.Ordinal);
        Assert.Equal([typeof(LastKnownGood), typeof(MembershipService), typeof(Leadership), typeof(LoadReporter), typeof(AssignmentWatch), typeof(FleetFollower), typeof(DemandReporter), typeof(DrainedNodes), typeof(OperatorOrders)], host.Services.GetServices<IHostedService>().Select(s => s.GetType()));
        await host.StopAsync();
    }

    [Fact]
    public void AddHashBalancerControl_StoreOfTheHost_IsKept()
    {
        SnapshotStore store = new();
        LoadTable loads = new();
        using ServiceProvider provider = new ServiceCollection().AddSingleton(store).AddSingleton(loads).AddHashBalancerControl().BuildServiceProvider();
        Assert.Same(store, provider.GetRequiredService<SnapshotStore>());
        Assert.Same(loads, provider.GetRequiredService<LoadTable>());
    }

    [Fact]
    public void Options_Defaults_AreValid()
    {
        using ServiceProvider provider = new ServiceCollection().AddHashBalancerControl().BuildServiceProvider();
        Assert.Equal(TimeSpan.FromMilliseconds(20), provider.GetRequiredService<IOptions<PublishingOptions>>().Value.MinimumInterval);
        Assert.Equal(TimeSpan.FromSeconds(30), provider.GetRequiredService<IOptions<MembershipOptions>>().Value.LossGrace);
    }

    [Theory]
    [InlineData("-00:00:00.0010000")]
    [InlineData("00:00:10.0010000")]
    public void PublishingOptions_MinimumIntervalOutOfRange_IsRefused(string interval) => Assert.Equal(
        $"HashBalancer:Publishing:MinimumInterval: is '{interval}'; allowed are 00:00:00 to 00:00:10.",
        Refusal<PublishingOptions>(o => o.MinimumInterval = TimeSpan.Parse(interval)));

    [Theory]
    [InlineData("-00:00:00.0010000")]
    [InlineData("01:00:00.0010000")]
    public void MembershipOptions_LossGraceOutOfRange_IsRefused(string grace) => Assert.Equal(
        $"HashBalancer:Membership:LossGrace: is '{grace}'; allowed are 00:00:00 to 01:00:00.",
        Refusal<MembershipOptions>(o => o.LossGrace = TimeSpan.Parse(grace)));

    [Theory]
    [InlineData("")]
    [InlineData("/var/lib/hashbalancer/")]
    [InlineData("a\0b")]
    public void MembershipOptions_LastKnownGoodFileIsNoFile_IsRefused(string path) => Assert.Equal(
        $"HashBalancer:Membership:LastKnownGoodFile: is '{path.Replace("\0", "\\u0000", StringComparison.Ordinal)}'; allowed is the path of a file.",
        Refusal<MembershipOptions>(o => o.LastKnownGoodFile = path));

    private static string Refusal<TOptions>(Action<TOptions> configure) where TOptions : class
    {
        using ServiceProvider provider = new ServiceCollection().AddHashBalancerControl().Configure(configure).BuildServiceProvider();
        return Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<TOptions>>().Value).Message;
    }
}
