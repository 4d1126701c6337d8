namespace HashBalancer.Agent.Tests.Registration;

public sealed class EndpointDiscoveryTests
{
    private const string Local = "http://127.0.0.1:8500";

    [Theory]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1", 5000, false)]
    [InlineData("http://localhost:5000", "127.0.0.1", 5000, false)]
    [InlineData("http://10.1.2.3:80/", "10.1.2.3", 80, false)]
    [InlineData("http://[fd00::1]:81", "fd00::1", 81, false)]
    [InlineData("http://[::]:5000", "", 5000, false)]
    [InlineData("http://0.0.0.0:5000", "", 5000, false)]
    [InlineData("http://*:5000", "", 5000, false)]
    [InlineData("https://+:5001;http://+:5000", "", 5000, false)]
    [InlineData("https://10.1.2.3:5001", "10.1.2.3", 5001, true)]
    [InlineData("http://unix:/tmp/x.sock;http://127.0.0.1:5002", "127.0.0.1", 5002, false)]
    public void Find_BoundAddresses_TakesTheFirstPlainOne(string bound, string host, int port, bool https) =>
        Assert.Equal(new ServiceEndpoint(host, port, https), EndpointDiscovery.Find(new AgentOptions(), bound.Split(';'), Local));

    [Fact]
    public void Find_Configured_GoesBeforeTheBound() =>
        Assert.Equal(
            new ServiceEndpoint("web.example", 80),
            EndpointDiscovery.Find(new AgentOptions { Address = "web.example", Port = 80 }, ["http://127.0.0.1:5000"], Local));

    [Fact]
    public void Find_ConfiguredPortIsTheHttpsOne_IsHttps() =>
        Assert.Equal(
            new ServiceEndpoint("127.0.0.1", 5001, true),
            EndpointDiscovery.Find(new AgentOptions { Port = 5001 }, ["http://127.0.0.1:5000", "https://127.0.0.1:5001"], Local));

    [Fact]
    public void Find_WildcardAndSocketRegistry_LeavesTheAddressToTheRegistry() =>
        Assert.Equal(new ServiceEndpoint("", 5000), EndpointDiscovery.Find(new AgentOptions(), ["http://*:5000"], "unix:///run/consul.sock"));

    [Fact]
    public void Find_NoTcpPort_SaysWhatToSet()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => EndpointDiscovery.Find(new AgentOptions(), ["http://unix:/tmp/x.sock"], Local));
        Assert.Equal("HashBalancer:Agent:Port is not set and the server listens on no TCP port; set Port, or give the server an address.", error.Message);
    }
}
