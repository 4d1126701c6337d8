namespace HashBalancer.Registry.Tests;

public sealed class RegistryOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfADevelopmentAgent()
    {
        var options = new RegistryOptions();

        Assert.Equal(
            ("127.0.0.1:8500", Environment.MachineName, "dc1", TimeSpan.FromSeconds(1), true),
            (options.Listen, options.NodeName, options.Datacenter, options.CheckIntervalFloor, options.UseStreamingBackend));
        Assert.Equal((null, null, null), (options.Token, options.TokenFile, options.SnapshotFile));
        Assert.Empty(options.Validate());
    }

    public static TheoryData<Action<RegistryOptions>, string> Faults => new()
    {
        { o => o.Listen = "localhost:8500", "Listen: 'localhost:8500' is not an IP address and a port, such as 127.0.0.1:8500 or [::1]:0" },
        { o => o.Listen = "127.0.0.1", "Listen: '127.0.0.1' is not an IP address and a port, such as 127.0.0.1:8500 or [::1]:0" },
        { o => o.Listen = "::1", "Listen: '::1' is not an IP address and a port, such as 127.0.0.1:8500 or [::1]:0" },
        { o => o.Listen = "127.0.0.1:70000", "Listen: '127.0.0.1:70000' is not an IP address and a port, such as 127.0.0.1:8500 or [::1]:0" },
        { o => o.NodeName = "", "NodeName: '' must have 1 to 128 characters and no spaces" },
        { o => o.NodeName = "a b", "NodeName: 'a b' must have 1 to 128 characters and no spaces" },
        { o => o.Datacenter = "DC1", "Datacenter: 'DC1' must have 1 to 64 of a-z, 0-9, - and _" },
        { o => o.CheckIntervalFloor = TimeSpan.Zero, "CheckIntervalFloor: 00:00:00 must be from 00:00:00.1 to 01:00:00" },
        { o => (o.Token, o.TokenFile) = ("t", Environment.ProcessPath!), "Token and TokenFile: only one of them can be set" },
        { o => o.Token = "", "Token: must have 1 to 256 printable ASCII characters and no spaces" },
        { o => o.TokenFile = "/does/not/exist", "TokenFile: '/does/not/exist' does not exist" },
        { o => o.SnapshotFile = "", "SnapshotFile: '' must name a file" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Validate_OneFault_NamesOptionValueAndRange(Action<RegistryOptions> spoil, string fault)
    {
        var options = new RegistryOptions();
        spoil(options);

        Assert.Equal([fault], options.Validate());
    }

    [Fact]
    public void Validate_SeveralFaults_NamesAll()
    {
        var options = new RegistryOptions { Listen = "x", NodeName = "", Datacenter = "" };

        Assert.Equal(3, options.Validate().Count);
    }

    [Theory]
    [InlineData("[::1]:0")]
    [InlineData("0.0.0.0:8500")]
    public void Validate_OtherAddresses_AreFine(string listen) => Assert.Empty(new RegistryOptions { Listen = listen }.Validate());
}
