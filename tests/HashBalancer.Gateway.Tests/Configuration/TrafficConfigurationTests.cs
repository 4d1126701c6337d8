using HashBalancer.Gateway.Configuration;
using HashBalancer.Proxy;
using Microsoft.Extensions.Configuration;

namespace HashBalancer.Gateway.Tests.Configuration;

public sealed class TrafficConfigurationTests
{
    private static readonly Dictionary<string, string?> Pools = new()
    {
        ["HashBalancer:Pools:items:Service"] = "items",
        ["HashBalancer:Pools:canary:Service"] = "canary",
    };

    [Fact]
    public async Task Load_SplitAndMirror_AreInThePolicy()
    {
        (GatewayConfiguration? configuration, IReadOnlyList<ConfigurationError> errors) = await Load(
            ("items:Split:canary:Weight", "5"), ("items:Split:canary:Header", "X-Canary"), ("items:Mirror:Pool", "canary"), ("items:Mirror:Share", "0.5"), ("items:Mirror:Routes:0", "r"));

        Assert.Empty(errors);
        PoolPolicy policy = configuration!.Policies["items"];
        Assert.Equal(new SplitTarget { Weight = 5, Header = "X-Canary" }, policy.Split?.Targets["canary"]);
        Assert.Equal(new SplitTarget { Weight = 100 }, policy.Split?.Targets["items"]);
        Assert.Equal(("canary", 0.5), (policy.Mirror?.Pool, policy.Mirror?.Share));
        Assert.Equal(["r"], policy.Mirror?.Routes ?? []);
        Assert.Equal((null, null), (configuration.Policies["canary"].Split, configuration.Policies["canary"].Mirror));
    }

    [Theory]
    [InlineData("items:Split:canry:Weight", "5", "Split:canry: names no pool. Did you mean 'canary'? Known: canary, items.")]
    [InlineData("items:Split:canary:Weight", "-1", "Split:canary:Weight: is -1, but must be 0 to 1000000.")]
    [InlineData("items:Split:items:Weight", "0", "Split: leaves requests that no header decides without a pool: one of the weights must be above 0.")]
    [InlineData("items:Mirror:Pool", "Items", "Mirror:Pool: is 'Items', the pool itself; it must name another one.")]
    [InlineData("items:Mirror:Pool", "next", "Mirror:Pool: is 'next', which names no pool. Known: canary, items.")]
    [InlineData("items:Mirror:Share", "2", "Mirror:Share: is 2, but must be 0 to 1.")]
    public async Task Load_Fault_NamesKeyValueAndWhatIsAllowed(string key, string value, string expected)
    {
        (_, IReadOnlyList<ConfigurationError> errors) = await Load((key, value));

        Assert.Equal($"HashBalancer:Pools:items:{expected}", Assert.Single(errors).ToString());
    }

    private static Task<(GatewayConfiguration? Configuration, IReadOnlyList<ConfigurationError> Errors)> Load(params (string Key, string Value)[] settings)
    {
        IConfigurationRoot root = new ConfigurationBuilder()
            .AddInMemoryCollection(Pools)
            .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>($"HashBalancer:Pools:{s.Key}", s.Value)))
            .Build();
        return ConfigurationLoader.LoadAsync(root);
    }
}
