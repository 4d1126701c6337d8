namespace HashBalancer.Agent.Tests;

public sealed class AgentOptionsValidatorTests
{
    public static TheoryData<string, Action<AgentOptions>> Faults() => new()
    {
        { "S:Service: '' is not allowed; allowed: 1 to 255 characters.", o => o.Service = "" },
        { "S:Id: 'a b' is not allowed; allowed: 1 to 255 of letters, digits and ._:-.", o => o.Id = "a b" },
        { "S:Id: '' is not allowed; allowed: 1 to 255 of letters, digits and ._:-.", o => o.Id = "" },
        { "S:Address: '0.0.0.0' is not allowed; allowed: a host name or an IP address that others can connect to.", o => o.Address = "0.0.0.0" },
        { "S:Address: 'a/b' is not allowed; allowed: a host name or an IP address that others can connect to.", o => o.Address = "a/b" },
        { "S:Port: '0' is not allowed; allowed: 1 to 65535.", o => o.Port = 0 },
        { "S:Port: '65536' is not allowed; allowed: 1 to 65535.", o => o.Port = 65536 },
        { "S:Weight: '0' is not allowed; allowed: 1 to 65535.", o => o.Weight = 0 },
        { "S:Zone: '' is not allowed; allowed: 1 to 512 characters.", o => o.Zone = "" },
        { "S:Tags:0: '' is not allowed; allowed: at least one character.", o => o.Tags.Add("") },
        { "S:Meta:a.b: 'a.b' is not allowed; allowed: keys of 1 to 128 letters, digits, '_' and '-', not starting with 'consul-'.", o => o.Meta["a.b"] = "1" },
        { "S:Meta:consul-x: 'consul-x' is not allowed; allowed: keys of 1 to 128 letters, digits, '_' and '-', not starting with 'consul-'.", o => o.Meta["consul-x"] = "1" },
        { "S:Check:Kind: '7' is not allowed; allowed: Ttl, Http, Tcp.", o => o.Check.Kind = (CheckKind)7 },
        { "S:Check:Ttl: '00:00:00.5000000' is not allowed; allowed: 00:00:01 to 1.00:00:00.", o => o.Check.Ttl = TimeSpan.FromSeconds(0.5) },
        { "S:Check:Path: 'health' is not allowed; allowed: a path that starts with '/'.", o => o.Check.Path = "health" },
        { "S:Check:Interval: '00:00:00' is not allowed; allowed: 00:00:01 to 1.00:00:00.", o => o.Check.Interval = TimeSpan.Zero },
        { "S:Check:Timeout: '00:00:00' is not allowed; allowed: 00:00:00.0100000 to 00:10:00.", o => o.Check.Timeout = TimeSpan.Zero },
        { "S:Check:InitialStatus: 'up' is not allowed; allowed: passing, warning, critical.", o => o.Check.InitialStatus = "up" },
        { "S:Check:DeregisterCriticalServiceAfter: '00:00:59' is not allowed; allowed: 00:01:00 to 365.00:00:00.", o => o.Check.DeregisterCriticalServiceAfter = TimeSpan.FromSeconds(59) },
        { "S:Capacity:a b: 'a b' is not allowed; allowed: names of 1 to 100 letters, digits, '_' and '-'.", o => o.Capacity["a b"] = 1 },
        { "S:Capacity:cpu: '-1' is not allowed; allowed: numbers from 0.", o => o.Capacity["cpu"] = -1 },
        { "S:Capacity:cpu: 'NaN' is not allowed; allowed: numbers from 0.", o => o.Capacity["cpu"] = double.NaN },
        { "S:Load:Interval: '00:00:00' is not allowed; allowed: 00:00:00.1000000 to 00:01:00.", o => o.Load.Interval = TimeSpan.Zero },
        { "S:Load:ConcurrencyLimit: '0' is not allowed; allowed: 1 and more.", o => o.Load.ConcurrencyLimit = 0 },
        { "S:Drain:MinTime: '-00:00:01' is not allowed; allowed: 00:00:00 to 00:05:00.", o => o.Drain.MinTime = TimeSpan.FromSeconds(-1) },
        { "S:Drain:Timeout: '00:00:00.5000000' is not allowed; allowed: 00:00:01 to 01:00:00.", o => o.Drain.Timeout = TimeSpan.FromSeconds(0.5) },
        { "S:DeregisterTimeout: '00:06:00' is not allowed; allowed: 00:00:00 to 00:05:00.", o => o.DeregisterTimeout = TimeSpan.FromMinutes(6) },
        { "S:Consul:Address: 'ftp://x' is no address of an agent; allowed are http://host:port, https://host:port, host:port and unix:///path.", o => o.Consul.Address = "ftp://x" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Validate_OneFault_IsTheOneMessage(string message, Action<AgentOptions> spoil)
    {
        var options = new AgentOptions { Service = "web" };
        spoil(options);
        Assert.Equal([message], new AgentOptionsValidator("S").Validate(null, options).Failures);
    }

    [Fact]
    public void Validate_SeveralFaults_ListsThemAll()
    {
        var options = new AgentOptions { Weight = 0, Meta = { ["zone"] = "a" }, Zone = "b" };
        Assert.Equal(
            [
                "S:Service: '' is not allowed; allowed: 1 to 255 characters.",
                "S:Weight: '0' is not allowed; allowed: 1 to 65535.",
                "S:Meta:zone: 'a' is not allowed; allowed: either this or S:Zone.",
            ],
            new AgentOptionsValidator("S").Validate(null, options).Failures);
    }

    [Fact]
    public void Validate_Defaults_NeedOnlyAService() =>
        Assert.True(new AgentOptionsValidator("S").Validate(null, new AgentOptions { Service = "web" }).Succeeded);
}
