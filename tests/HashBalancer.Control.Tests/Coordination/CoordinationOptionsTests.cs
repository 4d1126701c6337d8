namespace HashBalancer.Control.Tests.Coordination;

public sealed class CoordinationOptionsTests
{
    [Fact]
    public void Defaults_AreValidAndAsDocumented()
    {
        var options = new CoordinationOptions();
        Assert.Empty(options.Validate());
        Assert.Equal("hashbalancer/leader", options.LeaderKey);
        Assert.Equal(TimeSpan.FromSeconds(10), options.SessionTtl);
        Assert.Equal(TimeSpan.FromSeconds(1), options.LockDelay);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/leader")]
    [InlineData("a\nb")]
    public void Validate_LeaderKeyNoKey_IsRefused(string key) =>
        Assert.StartsWith("HashBalancer:Coordination:LeaderKey: is ", Assert.Single(new CoordinationOptions { LeaderKey = key }.Validate()), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public void Validate_GatewayNameNoName_IsRefused(string name) =>
        Assert.StartsWith("HashBalancer:Coordination:GatewayName: is ", Assert.Single(new CoordinationOptions { GatewayName = name }.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Validate_TimesOutOfRange_NamesEach() =>
        Assert.Equal(
            [
                "HashBalancer:Coordination:SessionTtl: is '00:00:09'; allowed are 00:00:10 to 01:00:00.",
                "HashBalancer:Coordination:LockDelay: is '00:00:00'; allowed are 00:00:00.0010000 to 00:01:00.",
            ],
            new CoordinationOptions { SessionTtl = TimeSpan.FromSeconds(9), LockDelay = TimeSpan.Zero }.Validate());
}
