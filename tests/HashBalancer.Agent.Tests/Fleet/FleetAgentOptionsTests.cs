namespace HashBalancer.Agent.Tests;

public sealed class FleetAgentOptionsTests
{
    public static TheoryData<Action<FleetAgentOptions>, string> Faults => new()
    {
        { o => o.Node = "a b", "F:Node: 'a b' is not allowed; allowed: 1 to 128 of letters, digits and ._-." },
        { o => o.FleetService = "", "F:FleetService: '' is not allowed; allowed: 1 to 255 characters." },
        { o => o.Folder = "hashbalancer", "F:Folder: 'hashbalancer' is not allowed; allowed: a folder with '/' at its end and not at its beginning." },
        { o => o.Address = "0.0.0.0", "F:Address: '0.0.0.0' is not allowed; allowed: a host name or an IP address that others can connect to." },
        { o => o.Capacity["cpu"] = -1, "F:Capacity:cpu: '-1' is not allowed; allowed: numbers from 0." },
        { o => o.Ttl = TimeSpan.Zero, "F:Ttl: '00:00:00' is not allowed; allowed: 00:00:01 to 01:00:00." },
        { o => o.ReportInterval = TimeSpan.Zero, "F:ReportInterval: '00:00:00' is not allowed; allowed: 00:00:01 to 01:00:00." },
        { o => o.Workloads.Clear(), "F:Workloads: '' is not allowed; allowed: what is to be run, for one pool or '*' at least." },
        { o => o.Workloads["a"].Command = " ", "F:Workloads:a:Command: ' ' is not allowed; allowed: the program to run." },
        { o => o.Workloads["a"].Port = 70_000, "F:Workloads:a:Port: '70000' is not allowed; allowed: 0 to 65535." },
        { o => o.Workloads["a"].HealthPath = "x", "F:Workloads:a:HealthPath: 'x' is not allowed; allowed: a path that starts with '/'." },
        { o => o.Workloads["a"].StartTimeout = TimeSpan.Zero, "F:Workloads:a:StartTimeout: '00:00:00' is not allowed; allowed: 00:00:00.1000000 to 01:00:00." },
        { o => o.Workloads["a"].MostFailures = 0, "F:Workloads:a:MostFailures: '0' is not allowed; allowed: 1 to 1000." },
        { o => o.Workloads["a"].CpuLimit = double.NaN, "F:Workloads:a:CpuLimit: 'NaN' is not allowed; allowed: 0 (none) to 10000." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Validate_OneFault_IsNamedWithWhatIsAllowed(Action<FleetAgentOptions> change, string expected)
    {
        FleetAgentOptions options = Sound();
        change(options);
        Assert.Equal([expected], options.Validate("F"));
    }

    [Fact]
    public void Validate_Sound_HasNoFault() => Assert.Empty(Sound().Validate());

    private static FleetAgentOptions Sound()
    {
        var options = new FleetAgentOptions { Node = "n1" };
        options.Consul.Address = "http://127.0.0.1:8500";
        options.Workloads["a"] = new WorkloadOptions { Command = "true" };
        return options;
    }
}
