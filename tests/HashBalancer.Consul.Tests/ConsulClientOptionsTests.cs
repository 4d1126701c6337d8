namespace HashBalancer.Consul.Tests;

public sealed class ConsulClientOptionsTests
{
    private const string Forms = "allowed are http://host:port, https://host:port, host:port and unix:///path.";

    public static TheoryData<string, Action<ConsulClientOptions>> Faults() => new()
    {
        { $"S:Address: 'ftp://x' is no address of an agent; {Forms}", o => o.Address = "ftp://x" },
        { $"S:Address: 'http://' is no address of an agent; {Forms}", o => o.Address = "http://" },
        { $"S:Address: 'http://u:p@h:1' must not carry a user, a query or a fragment; {Forms}", o => o.Address = "http://u:p@h:1" },
        { $"S:Address: 'http://h:1?x=1' must not carry a user, a query or a fragment; {Forms}", o => o.Address = "http://h:1?x=1" },
        { $"S:Addresses:1: 'unix://x' names no absolute path of a socket; {Forms}", o => o.Addresses = ["h:1", "unix://x"] },
        { "S:Token: the token has characters that a header cannot carry; allowed are printable ASCII characters.", o => o.Token = "a\nb" },
        { "S:TokenFile: ' ' is no path.", o => o.TokenFile = " " },
        { "S:Namespace: 'team' cannot be served: namespaces belong to Consul Enterprise; leave it empty.", o => o.Namespace = "team" },
        { "S:KvPrefix: '/a' must not start with '/'.", o => o.KvPrefix = "/a" },
        { "S:KvPrefix: 'a//b' must not contain '//'.", o => o.KvPrefix = "a//b" },
        { "S:KvPrefix: 'a/../' must not have '.' or '..' as a segment.", o => o.KvPrefix = "a/../" },
        { "S:Consistency: '9' is unknown; allowed are Default, Stale, Consistent.", o => o.Consistency = (Consistency)9 },
        { "S:RequestTimeout: 00:00:00 is outside 00:00:00.1000000 to 00:10:00.", o => o.RequestTimeout = TimeSpan.Zero },
        { "S:ConnectTimeout: 00:02:00 is outside 00:00:00.0100000 to 00:01:00.", o => o.ConnectTimeout = TimeSpan.FromMinutes(2) },
        { "S:MaxResponseBytes: 10 is outside 1024 to 1073741824.", o => o.MaxResponseBytes = 10 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Validate_OneFault_IsTheOneMessage(string message, Action<ConsulClientOptions> spoil)
    {
        var options = new ConsulClientOptions();
        spoil(options);
        Assert.Equal([message], options.Validate("S"));
    }

    [Fact]
    public void Client_WrongOptions_ListsEveryFault()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new ConsulClient(new ConsulClientOptions { Address = "ftp://x", MaxResponseBytes = 1 }));
        Assert.Contains("Consul:Address: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Consul:MaxResponseBytes: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_AreTheOnesDocumented()
    {
        var options = new ConsulClientOptions();
        Assert.Equal(["http://127.0.0.1:8500"], options.AllAddresses);
        Assert.Equal(TimeSpan.FromSeconds(10), options.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), options.ConnectTimeout);
        Assert.Equal(64 * 1024 * 1024, options.MaxResponseBytes);
        Assert.Equal(Consistency.Default, options.Consistency);
        Assert.Empty(options.Validate());
    }

    [Theory]
    [InlineData("10.0.0.1:8500", "http://10.0.0.1:8500")]
    [InlineData("consul", "http://consul")]
    [InlineData("localhost:8500", "http://localhost:8500")]
    [InlineData("https://consul.example:8501/base/", "https://consul.example:8501/base")]
    [InlineData("[::1]:8500", "http://[::1]:8500")]
    [InlineData("unix:///run/consul.sock", "unix:///run/consul.sock")]
    public void Address_EveryForm_IsRead(string text, string read)
    {
        Assert.True(ConsulAddress.TryParse(text, out ConsulAddress? address, out string? why), why);
        Assert.Equal(read, address.ToString());
    }

    [Fact]
    public void Environment_FillsWhatIsNotSet()
    {
        var variables = new Dictionary<string, string>
        {
            ["CONSUL_HTTP_ADDR"] = "consul:8501",
            ["CONSUL_HTTP_SSL"] = "true",
            ["CONSUL_HTTP_TOKEN"] = "t",
            ["CONSUL_CACERT"] = "/ca",
            ["CONSUL_CLIENT_CERT"] = "/cert",
            ["CONSUL_CLIENT_KEY"] = "/key",
            ["CONSUL_TLS_SERVER_NAME"] = "name",
            ["CONSUL_HTTP_SSL_VERIFY"] = "false",
            ["CONSUL_NAMESPACE"] = "ns",
        };
        var options = new ConsulClientOptions();
        ConsulEnvironment.Apply(options, variables.GetValueOrDefault);
        Assert.Equal("https://consul:8501", options.Address);
        Assert.Equal(("t", null, "ns"), (options.Token, options.TokenFile, options.Namespace));
        Assert.Equal(
            ("/ca", "/cert", "/key", "name", true),
            (options.Tls.CaFile, options.Tls.CertificateFile, options.Tls.KeyFile, options.Tls.ServerName, options.Tls.SkipVerify));
    }

    [Fact]
    public void Environment_LeavesWhatIsSet()
    {
        var options = new ConsulClientOptions { Addresses = ["a:1"], TokenFile = "/token" };
        ConsulEnvironment.Apply(options, name => name is "CONSUL_HTTP_ADDR" or "CONSUL_HTTP_TOKEN" ? "x" : null);
        Assert.Equal((null, null, "/token"), (options.Address, options.Token, options.TokenFile));
    }
}
