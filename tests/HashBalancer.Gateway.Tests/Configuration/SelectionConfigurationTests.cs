using HashBalancer.Gateway.Configuration;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Tests.Configuration;

public sealed class SelectionConfigurationTests
{
    private const string Key = "HashBalancer:Pools:items";
    private readonly List<ConfigurationError> _errors = [];

    [Fact]
    public void Read_Defaults_AreThePolicysOwn() =>
        Assert.Equivalent(new PoolPolicy(), Read(new PoolOptions()), strict: true);

    [Fact]
    public void Read_EverythingSet_IsInThePolicy()
    {
        PoolPolicy? policy = Read(new PoolOptions
        {
            BoundFactor = 2,
            BoundSlack = 1,
            AffinityWait = TimeSpan.FromMilliseconds(20),
            AffinitySkips = 7,
            HotKeys = false,
            HotKeysUnsafeMethods = true,
            BoundPace = false,
        }, "a");

        Assert.Equal(new LoadBound(2, 1), policy?.Bound);
        Assert.Equal((TimeSpan.FromMilliseconds(20), 7), (policy?.AffinityWait?.Longest, policy?.AffinityWait?.Skips));
        Assert.False(policy?.HeedPace);
        Assert.Equal((false, true, "a"), (policy?.ShareHotKeys, policy?.ShareUnsafeMethods, policy?.Zone));
    }

    [Fact]
    public void Read_SwitchedOff_IsAbsentFromThePolicy()
    {
        PoolPolicy? policy = Read(new PoolOptions { BoundFactor = 0, AffinityWait = TimeSpan.Zero, PreferZone = false }, "a");

        Assert.Equal((null, null, null), (policy?.Bound, policy?.AffinityWait, policy?.Zone));
    }

    [Fact]
    public void Read_OutOfRange_NamesEveryFault()
    {
        PoolPolicy? policy = Read(new PoolOptions { BoundFactor = 0.5, BoundSlack = -1, AffinityWait = TimeSpan.FromSeconds(11), AffinitySkips = 0 });

        Assert.Null(policy);
        Assert.Equal(
            [
                $"{Key}:BoundFactor: is '0.5'; allowed are 0 (no bound) and 1 to 100.",
                $"{Key}:BoundSlack: is '-1'; allowed are 0 to 100.",
                $"{Key}:AffinityWait: is '00:00:11'; allowed are 00:00:00 to 00:00:10.",
                $"{Key}:AffinitySkips: is '0'; allowed are 1 to 1000000.",
            ],
            _errors.Select(error => error.ToString()));
    }

    private PoolPolicy? Read(PoolOptions options, string? zone = null) => SelectionConfiguration.Read(Key, options, zone, _errors);
}
