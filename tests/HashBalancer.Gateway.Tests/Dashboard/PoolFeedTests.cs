using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Control;
using HashBalancer.Gateway.Dashboard.Feed;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Gateway.Tests.Dashboard;

/// <summary>What pages are told, and how much of it.</summary>
public sealed class PoolFeedTests : IDisposable
{
    private readonly ServiceProvider _proxy;
    private readonly PoolFeed _feed;

    public PoolFeedTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().AddHashBalancer();
        _proxy = services.BuildServiceProvider();
        _proxy.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { ["items"] = new() });
        _feed = new PoolFeed("items", new PoolHistory(), _proxy.GetRequiredService<PoolObserver>(), new RebalancingHistory());
    }

    public void Dispose() => _proxy.Dispose();

    [Fact]
    public void Whole_ThreeNodes_HasTheirRowsAndTheRing()
    {
        _feed.Follow(PoolOf(NodesOf(3)));

        JsonElement told = Read(FeedMessage.Whole(_feed, Facts), "whole");

        Assert.Equal(["node-000", "node-001", "node-002"], told.GetProperty("nodes").EnumerateArray().Select(node => node[1].GetString()));
        Assert.Equal(1, told.GetProperty("nodes").EnumerateArray().Sum(node => node[6].GetDouble()), 5);
        Assert.Equal(RingPicture.Sectors, told.GetProperty("ring").GetProperty("owners").GetArrayLength());
        Assert.Equal([0, 1, 2], told.GetProperty("ring").GetProperty("owners").EnumerateArray().Select(owner => owner.GetInt32()).Distinct().Order());
        Assert.Equal(3, told.GetProperty("pool").GetProperty("nodes").GetInt32());
        Assert.Equal("owner", told.GetProperty("reasons")[1].GetString());
    }

    [Fact]
    public void Change_ANodeThatLeaves_IsGone_AndItsNumberGoesToTheNext()
    {
        Node[] nodes = NodesOf(3);
        _feed.Follow(PoolOf(nodes));
        _feed.Changes.Clear();

        _feed.Follow(PoolOf([nodes[0], nodes[2]]));
        JsonElement left = Read(FeedMessage.Change(_feed, Facts, [], measured: false), "change");
        _feed.Changes.Clear();
        _feed.Follow(PoolOf([nodes[0], nodes[2], nodes[1] with { State = NodeState.Down, Load = new NodeLoad() }]));
        JsonElement came = Read(FeedMessage.Change(_feed, Facts, [], measured: false), "change");

        Assert.Equal([1], left.GetProperty("gone").EnumerateArray().Select(index => index.GetInt32()));
        Assert.False(left.TryGetProperty("nodes", out _));
        Assert.Equal(4, left.GetProperty("shares").GetArrayLength());
        Assert.DoesNotContain(1, left.GetProperty("ring").GetProperty("owners").EnumerateArray().Select(owner => owner.GetInt32()));
        JsonElement row = Assert.Single(came.GetProperty("nodes").EnumerateArray());
        Assert.Equal((1, "node-001", "down"), (row[0].GetInt32(), row[1].GetString(), row[5].GetString()));
        Assert.Equal(0, row[6].GetDouble());
    }

    [Fact]
    public void Change_NothingNew_HasNoRows()
    {
        PoolSnapshot pool = PoolOf(NodesOf(3));
        _feed.Follow(pool);
        _feed.Changes.Clear();

        _feed.Follow(pool);
        _feed.Measure(seconds: 1);
        List<FeedNode> due = _feed.Due();
        due.ForEach(node => node.Sent = node.Figure);
        JsonElement told = Read(FeedMessage.Change(_feed, Facts, _feed.Due(), measured: true), "change");

        Assert.All((string[])["pool", "nodes", "shares", "gone", "ring", "plans", "figures"], part => Assert.False(told.TryGetProperty(part, out _), part));
    }

    [Fact]
    public void Measure_CountsOfASecond_BecomeFigures()
    {
        Node node = NodesOf(1)[0];
        _feed.Follow(PoolOf([node]));
        for (int i = 0; i < 100; i++)
        {
            node.Load.Begin();
            if (i < 96)
                node.Load.End(failed: false);
            if (i < 24)
                node.Load.CountStray();
        }

        node.Load.Report(0.42f, 1);
        _feed.Measure(seconds: 2);

        Assert.Equal(new NodeFigure(InFlight: 4, Rate: 48, Latency: 0, Hits: 75, Utilisation: 42, Errors: 0, Flags: 0), Assert.Single(_feed.Nodes.Values).Figure);
    }

    [Fact]
    public void Messages_AThousandNodesThatAllChange_StayBounded()
    {
        Node[] nodes = NodesOf(1000);
        _feed.Follow(PoolOf(nodes));
        _feed.Changes.Clear();
        foreach (Node node in nodes)
        {
            node.Load.Begin();
            node.Load.Begin();
            node.Load.End(failed: false, 0, 123_456_789);
        }

        _feed.Measure(seconds: 1);
        HashSet<int> told = [];
        for (int second = 0; second < 3; second++)
        {
            List<FeedNode> due = _feed.Due();
            Assert.InRange(FeedMessage.Change(_feed, Facts, due, measured: true).Length, 1000, 24 * 1024);
            due.ForEach(node => node.Sent = node.Figure);
            told.UnionWith(due.Select(node => node.Index));
        }

        // Nobody is left out: those that had no turn come next.
        Assert.Equal(1000, told.Count);
        Assert.Empty(_feed.Due());
        Assert.InRange(FeedMessage.Whole(_feed, Facts).Length, 50_000, 160 * 1024);

        _feed.Follow(PoolOf(nodes[1..]));
        Assert.InRange(FeedMessage.Change(_feed, Facts, [], measured: false).Length, 3000, 24 * 1024);
    }

    [Fact]
    public void Allocation_OfAFleet_IsToldOnceUntilItChanges()
    {
        _feed.Follow(PoolOf(NodesOf(1)));
        Assert.Equal(JsonValueKind.Null, Read(FeedMessage.Whole(_feed, Facts), "whole").GetProperty("allocation").ValueKind);
        _feed.Changes.Clear();
        var state = new AllocationState { Mode = AllocationMode.On, Fleet = new FleetFigures(8, 7, 2), Pools = [PoolOfFleet("a", ceiling: 5), PoolOfFleet("b", ceiling: null)] };

        _feed.Follow(state);
        _feed.Changes.Clear(withMeasured: false);
        JsonElement told = Read(FeedMessage.Change(_feed, Facts, [], measured: true), "change").GetProperty("allocation");
        _feed.Changes.Clear();
        _feed.Follow(state);

        Assert.Equal((8, 7, 2), (told.GetProperty("nodes").GetInt32(), told.GetProperty("available").GetInt32(), told.GetProperty("free").GetInt32()));
        Assert.Equal(["""["a",3,1,0,3.25,2,5,"it asks for no more"]""", """["b",3,1,0,3.25,2,null,"it asks for no more"]"""], told.GetProperty("pools").EnumerateArray().Select(pool => pool.GetRawText()));
        Assert.False(Read(FeedMessage.Change(_feed, Facts, [], measured: true), "change").TryGetProperty("allocation", out _));
    }

    private static PoolState PoolOfFleet(string name, double? ceiling) => new(
        name, Parent: null, Weight: 1, Priority: 0, Guarantee: 2, ceiling, Demand: 3.25, Target: 3, Assigned: 3, Serving: 2, Arriving: 1, Leaving: 0, Shortage: 0, IsStale: false,
        IsFrozen: false, IsReclaimable: true, Limit: null, LimitedBy: null, Reason: "it asks for no more", Sizing: null, Traffic: null, Borrowed: 1, Lent: 0, Lenders: [], Borrowers: [], NextMove: null);

    private static GatewayFacts Facts { get; } = new(
        AtMilliseconds: 1_800_000_000_000, "gateway", "gateway", IsLeader: true, SnapshotVersion: 1,
        new RegistryReport(RegistryState.Reachable, DateTimeOffset.UnixEpoch, "http://127.0.0.1:8500", LastError: null, AnsweredAt: null, ImmutableDictionary<string, QueryReport>.Empty, Announcements: null),
        UpSeconds: 60, [.. Enumerable.Range(0, 100).Select(i => new PoolFacts($"pool-{i}", 1, 1, 1.5))]);

    private static Node[] NodesOf(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Node(string.Create(CultureInfo.InvariantCulture, $"node-{i:000}"), "10.20.30.40", 5000 + i, 1, NodeState.Up, new NodeLoad()))];

    private static PoolSnapshot PoolOf(Node[] nodes) => new(
        "items", MembershipSource.Registry, [.. nodes], HashRing.Build(nodes.Where(node => node.State == NodeState.Up).Select(node => new RingMember(node.Id, node.Weight))));

    private static JsonElement Read(ReadOnlyMemory<byte> message, string kind)
    {
        string text = Encoding.UTF8.GetString(message.Span);
        string start = $"event: {kind}\ndata: ";
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf("\n\n", StringComparison.Ordinal) + 1);
        return JsonDocument.Parse(text[start.Length..]).RootElement;
    }
}
