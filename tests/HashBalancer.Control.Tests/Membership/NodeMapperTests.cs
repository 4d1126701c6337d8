using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

public sealed class NodeMapperTests
{
    private static readonly PoolDefinition Pool = new("items", "web");

    [Fact]
    public void Map_PlainInstance_IsANodeThatIsUp()
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", "10.0.0.7", 5000));
        Assert.Equal([new NodeRegistration("web-1", "10.0.0.7", 5000, 1, NodeState.Up)], nodes);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("", "10.0.0.9", "10.0.0.9")]
    [InlineData("  ", "10.0.0.9", "10.0.0.9")]
    [InlineData("10.0.0.7", "10.0.0.9", "10.0.0.7")]
    [InlineData("web.example.org", "", "web.example.org")]
    [InlineData("my_host", "", "my_host")]
    [InlineData("2001:db8::1", "", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "", "2001:db8::1")]
    public void Map_Address_IsTheServicesElseTheConsulNodes(string address, string nodeAddress, string host)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", address, nodeAddress: nodeAddress));
        Assert.Equal(host, Assert.Single(nodes).Host);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("/run/web.sock", null)]
    [InlineData("run/web.sock", "is left out: its Unix socket is 'run/web.sock'; allowed is an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    [InlineData("/a:b", "is left out: its Unix socket is '/a:b'; allowed is an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    public void Map_SocketPath_GoesBeforeAddressAndPort(string path, string? warning)
    {
        ServiceEntry entry = Instance.Of("web-1", "10.0.0.7", 5000);

        (NodeRegistration[] nodes, string[] warnings) = Map(entry with { Service = entry.Service! with { SocketPath = path } });

        Assert.Equal(warning is null ? ["unix:/run/web.sock, 0"] : [], nodes.Select(n => $"{n.Host}, {n.Port}"));
        Assert.Equal(warning is null ? [] : [$"instance 'web-1': {warning}"], warnings);
    }

    [Theory]
    [InlineData("10.0.0.1", 0, "is left out: its port is 0; allowed are 1 to 65535")]
    [InlineData("10.0.0.1", -1, "is left out: its port is -1; allowed are 1 to 65535")]
    [InlineData("10.0.0.1", 65536, "is left out: its port is 65536; allowed are 1 to 65535")]
    [InlineData("", 80, "is left out: neither it nor its Consul node has an address")]
    [InlineData("host/path", 80, "is left out: its address is 'host/path'; allowed are host names and IP addresses")]
    [InlineData("user@host", 80, "is left out: its address is 'user@host'; allowed are host names and IP addresses")]
    [InlineData("host:99", 80, "is left out: its address is 'host:99'; allowed are host names and IP addresses")]
    [InlineData("a b", 80, "is left out: its address is 'a b'; allowed are host names and IP addresses")]
    [InlineData("a\r\nb", 80, "is left out: its address is 'a\\u000D\\u000Ab'; allowed are host names and IP addresses")]
    public void Map_InstanceThatCannotBeReached_IsLeftOutWithOneWarning(string address, int port, string warning)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", address, port, nodeAddress: ""), Instance.Of("web-2"));
        Assert.Equal(["web-2"], nodes.Select(n => n.Id));
        Assert.Equal([$"instance 'web-1': {warning}"], warnings);
    }

    [Theory]
    [InlineData("", "instance '': is left out: its id is empty; allowed are 1 to 255 characters, none of them a control character")]
    [InlineData(null, "instance '': is left out: its id is empty; allowed are 1 to 255 characters, none of them a control character")]
    [InlineData("a\nb", "instance 'a\\u000Ab': is left out: its id has the control character U+000A; allowed are 1 to 255 characters, none of them a control character")]
    public void Map_AbsurdId_IsLeftOut(string? id, string warning)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of(id!), Instance.Of("web-2"));
        Assert.Equal(["web-2"], nodes.Select(n => n.Id));
        Assert.Equal([warning], warnings);
    }

    [Theory]
    [InlineData(255, 1)]
    [InlineData(256, 0)]
    public void Map_LongId_IsTakenUpTo255Characters(int length, int expected)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of(new string('x', length)));
        Assert.Equal(expected, nodes.Length);
        Assert.Equal(1 - expected, warnings.Length);
    }

    [Fact]
    public void Map_NullsWhereConsulHasNone_AreSkipped()
    {
        (NodeRegistration[] nodes, _) = Map(
            null!, new ServiceEntry { Service = null! }, new ServiceEntry { Node = null!, Service = new() { ID = "n", Address = "h", Port = 1 }, Checks = null },
            new ServiceEntry { Node = null!, Service = new() { ID = "m", Port = 1 }, Checks = [null!] },
            Instance.Of("web-1", tags: [null!], meta: new() { ["zone"] = null! }));
        Assert.Equal(["n", "web-1"], nodes.Select(n => n.Id).Order());
    }

    [Fact]
    public void Map_SameServiceIdOnTwoConsulNodes_EachIsNamedWithItsNode()
    {
        ServiceEntry a = Instance.Of("web", "10.0.0.1", node: "alpha"), b = Instance.Of("web", "10.0.0.2", node: "beta"), other = Instance.Of("api-1", node: "alpha");
        (NodeRegistration[] nodes, string[] warnings) = Map(b, other, a);
        Assert.Equal([("alpha/web", "10.0.0.1"), ("api-1", "10.0.0.1"), ("beta/web", "10.0.0.2")], nodes.Select(n => (n.Id, n.Host)));
        Assert.Empty(warnings);
        Assert.Equal(nodes, Map(a, b, other).Nodes);
    }

    [Fact]
    public void Map_SameServiceIdTwiceOnOneConsulNode_OneIsLeftOut()
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web", "10.0.0.1"), Instance.Of("web", "10.0.0.1", 81));
        Assert.Equal("node-1/web", Assert.Single(nodes).Id);
        Assert.Equal(["instance 'web': is left out: the node id 'node-1/web' stands for another instance of the service already"], warnings);
    }

    [Fact]
    public void Map_QualifiedIdTooLong_IsLeftOut()
    {
        string id = new('x', 255);
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of(id, node: ""), Instance.Of(id, node: "n2"));
        Assert.Empty(nodes);
        Assert.Equal(2, warnings.Length);
        Assert.EndsWith("…': is left out: with the name of its Consul node, which it needs because others share its id, its id has 256 characters; allowed are 1 to 255 characters, none of them a control character", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Map_PlainIdThatLooksLikeAQualifiedOne_KeepsIt()
    {
        ServiceEntry plain = Instance.Of("alpha/web", "10.0.0.9"), a = Instance.Of("web", node: "alpha"), b = Instance.Of("web", node: "beta");
        (NodeRegistration[] nodes, string[] warnings) = Map(a, b, plain);
        Assert.Equal([("alpha/web", "10.0.0.9"), ("beta/web", "10.0.0.1")], nodes.Select(n => (n.Id, n.Host)));
        Assert.Equal(["instance 'web': is left out: the node id 'alpha/web' stands for another instance of the service already"], warnings);
    }

    [Theory]
    [InlineData("passing", false, NodeState.Up)]
    [InlineData("passing", true, NodeState.Up)]
    [InlineData("warning", false, NodeState.Up)]
    [InlineData("warning", true, NodeState.Down)]
    [InlineData("critical", false, NodeState.Down)]
    [InlineData("critical", true, NodeState.Down)]
    [InlineData("unheard-of", false, NodeState.Down)]
    [InlineData(null, false, NodeState.Down)]
    public void Map_OneCheck_DecidesTheState(string? status, bool onlyPassing, NodeState state)
    {
        InstanceReading reading = InstanceReading.Of(Pool with { OnlyPassing = onlyPassing }, Instance.Of("web-1", checks: Instance.Check("c", status!)));
        Assert.Equal(state, reading.Node!.State);
    }

    [Theory]
    [InlineData("_service_maintenance:web-1", NodeState.Draining)]
    [InlineData("_node_maintenance", NodeState.Draining)]
    [InlineData("_node_maintenance_of_mine", NodeState.Down)]
    [InlineData("serfHealth", NodeState.Down)]
    public void Map_CriticalCheck_MaintenanceDrainsAndAnyOtherIsDown(string check, NodeState state) =>
        Assert.Equal(state, Assert.Single(Map(Instance.Of("web-1", checks: Instance.Check(check, "critical"))).Nodes).State);

    [Fact]
    public void Map_MaintenanceAndAnotherCriticalCheck_IsDown() => Assert.Equal(NodeState.Down, Assert.Single(Map(
        Instance.Of("web-1", checks: [Instance.Check("_node_maintenance", "critical"), Instance.Check("c", "critical")])).Nodes).State);

    [Theory]
    [InlineData("passing", 5)]
    [InlineData("warning", 2)]
    public void Map_ConsulWeights_FollowTheChecks(string status, double weight) => Assert.Equal(weight, Assert.Single(Map(
        Instance.Of("web-1", weights: new ServiceWeights { Passing = 5, Warning = 2 }, checks: Instance.Check("c", status))).Nodes).Weight);

    [Theory]
    [InlineData(1001, 1000)]
    [InlineData(65535, 1000)]
    [InlineData(-1, 0)]
    public void Map_ConsulWeightOutOfRange_IsClampedWithAWarning(int given, double weight)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", weights: new ServiceWeights { Passing = given }));
        Assert.Equal(weight, Assert.Single(nodes).Weight);
        Assert.Equal([$"instance 'web-1': its Consul weight is {given}; allowed are 0 to 1000. The nearest of them is used"], warnings);
    }

    [Theory]
    [InlineData("hashbalancer-weight", "2.5", null, 2.5)]
    [InlineData("hashbalancer_weight", "0", null, 0)]
    [InlineData("HashBalancer.Weight", "1000", null, 1000)]
    [InlineData(null, null, "hashbalancer.weight=3", 3)]
    [InlineData(null, null, "HASHBALANCER-WEIGHT=0.25", 0.25)]
    [InlineData("hashbalancer-weight", "2", "hashbalancer.weight=3", 2)]
    [InlineData(null, null, "weight=3", 7)]
    public void Map_DeclaredWeight_GoesBeforeConsuls(string? metaKey, string? metaValue, string? tag, double weight)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of(
            "web-1", tags: tag is null ? null : [tag], meta: metaKey is null ? null : new() { [metaKey] = metaValue! }, weights: new ServiceWeights { Passing = 7 }));
        Assert.Equal(weight, Assert.Single(nodes).Weight);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("heavy")]
    [InlineData("-1")]
    [InlineData("1000.1")]
    [InlineData("NaN")]
    [InlineData("1e2")]
    [InlineData("1,5")]
    public void Map_MalformedWeight_ConsulsIsUsedWithAWarning(string value)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", meta: new() { ["hashbalancer-weight"] = value }, weights: new ServiceWeights { Passing = 7 }));
        Assert.Equal(7, Assert.Single(nodes).Weight);
        Assert.Equal([$"instance 'web-1': meta 'hashbalancer-weight' is '{value}'; allowed are decimals from 0 to 1000. Its Consul weight is used instead"], warnings);
    }

    [Theory]
    [InlineData("zone", "a", null, "a")]
    [InlineData("hashbalancer-zone", "b", null, "b")]
    [InlineData(null, null, "hashbalancer.zone=c", "c")]
    [InlineData("zone", "", null, null)]
    [InlineData(null, null, "zone=c", null)]
    public void Map_Zone_IsItsOwnSettingElseMetaZone(string? metaKey, string? metaValue, string? tag, string? zone)
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of(
            "web-1", tags: tag is null ? null : [tag], meta: metaKey is null ? null : new() { [metaKey] = metaValue! }));
        Assert.Equal(zone, Assert.Single(nodes).Zone);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Map_BothZones_OwnSettingWins() =>
        Assert.Equal("b", Assert.Single(Map(Instance.Of("web-1", meta: new() { ["zone"] = "a", ["hashbalancer-zone"] = "b" })).Nodes).Zone);

    [Fact]
    public void Map_MalformedZone_NodeHasNoneWithAWarning()
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", meta: new() { ["zone"] = "a\tb" }));
        Assert.Null(Assert.Single(nodes).Zone);
        Assert.Equal(["instance 'web-1': meta 'zone' has the control character U+0009; allowed are 1 to 512 characters, none of them a control character. The node has no zone"], warnings);
    }

    [Fact]
    public void Map_SettingThatNothingReads_IsWarnedOf()
    {
        (NodeRegistration[] nodes, string[] warnings) = Map(Instance.Of("web-1", tags: ["hashbalancer.zonne=a", "hashbalancer", "primary", "hashbalancer.route=/x", "hashbalancer.hash-keys=path"], meta: new() { ["hashbalancer-wieght"] = "2", ["owner"] = "me" }));
        Assert.Single(nodes);
        Assert.Equal(
        [
            "instance 'web-1': meta 'hashbalancer-wieght' is not a setting; there are scheme, weight, zone",
            "instance 'web-1': tag 'hashbalancer.zonne=a' is not a setting; there are hash-keys, route, scheme, weight, zone",
        ], warnings);
    }

    private static (NodeRegistration[] Nodes, string[] Warnings) Map(params ServiceEntry[] entries)
    {
        Warnings warnings = new();
        return ([.. NodeMapper.Map(Instance.Read(entries), warnings).OrderBy(n => n.Id, StringComparer.Ordinal)], [.. warnings.Lines]);
    }
}
