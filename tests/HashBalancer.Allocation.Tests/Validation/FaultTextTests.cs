using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Golden;
using HashBalancer.Allocation.Tests.Support;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Allocation.Tests.Validation;

/// <summary>Every fault in the words in which an operator reads it.</summary>
public sealed class FaultTextTests
{
    private static readonly Dictionary<string, decimal> Nothing = new(StringComparer.Ordinal);

    [Fact]
    public void Pools_EachFaulty_AreToldInFull() => AssertFaults(
        Fleets.Of(
            4,
            Fleets.Pool(" "),
            Fleets.Pool("twice"),
            Fleets.Pool("twice"),
            Fleets.Pool("heavy") with { Weight = 1_000_001 },
            Fleets.Pool("heaviest") with { Weight = 1_000_000 },
            Fleets.Pool("orphan") with { Parent = "twicf" },
            Fleets.Pool("odd") with { Policy = "fairr" },
            Fleets.Pool("small") with { Guaranteed = Fleets.Cpus(2), Maximum = Fleets.Cpus(1) },
            Fleets.Pool("exact") with { Guaranteed = Fleets.Cpus(1), Maximum = Fleets.Cpus(1) },
            Fleets.Pool("idle") with { UnitDemand = Fleets.Cpus(0) },
            Fleets.Pool("fine") with { UnitDemand = Fleets.Cpus(0.0001m) },
            Fleets.Pool("below") with { MinAvailable = -1, MaxUnavailable = 0, Drain = TimeSpan.FromTicks(-1), Warm = TimeSpan.FromTicks(-1) },
            Fleets.Pool("edge") with { MinAvailable = 0, MaxUnavailable = 1, Drain = TimeSpan.Zero, Warm = TimeSpan.Zero },
            Fleets.Pool("picky") with { Filter = new NodeFilter { MinimumCapacity = Fleets.Cpus(-1) } }) with
        { Policy = "dfr", Demands = [] });

    [Fact]
    public void Parents_WithWhatBelongsToLeaves_AreToldInFull() => AssertFaults(
        Fleets.Of(
            6,
            Fleets.Pool("top") with { Filter = new NodeFilter { Nodes = ["n1"] }, Pinned = ["n1"] },
            Fleets.Pool("a") with { Parent = "top" },
            new PoolSpec("rich") { Guaranteed = Fleets.Cpus(2), Maximum = Fleets.Cpus(3) },
            Fleets.Pool("b") with { Parent = "rich", Guaranteed = Fleets.Cpus(2) },
            Fleets.Pool("c") with { Parent = "rich", Guaranteed = Fleets.Cpus(2) },
            new PoolSpec("even") { Guaranteed = Fleets.Cpus(1), Maximum = Fleets.Cpus(1) },
            Fleets.Pool("d") with { Parent = "even", Guaranteed = Fleets.Cpus(1) }) with
        { Demands = [new PoolDemand("top", 1)] });

    [Fact]
    public void Cycles_OfOneTwoAndThree_AreEachToldOnce() => AssertFaults(
        Fleets.Of(1, Fleets.Pool("self") with { Parent = "self" }, Fleets.Pool("x") with { Parent = "y" }, Fleets.Pool("y") with { Parent = "x" },
            Fleets.Pool("p") with { Parent = "q" }, Fleets.Pool("q") with { Parent = "r" }, Fleets.Pool("r") with { Parent = "p" }, Fleets.Pool("leaf") with { Parent = "p" }) with
        { Demands = [] });

    [Fact]
    public void Placement_Impossible_IsToldInFull() => AssertFaults(
        Fleets.Of(
            2,
            Fleets.Pool("a") with { Filter = new NodeFilter { Nodes = ["n1", "n9", "elsewhere"] }, Pinned = ["n2", "n7"] },
            Fleets.Pool("b") with { Pinned = ["n2"] },
            Fleets.Pool("c") with { Filter = new NodeFilter { Zones = ["moon"] } }));

    [Fact]
    public void Nodes_Faulty_AreToldInFull() => AssertFaults(
        Fleets.Of(1, Fleets.Pool("a")) with
        {
            Nodes =
            [
                new FleetNode("") { Capacity = Fleets.Cpus(1) }, Fleets.Node(1), Fleets.Node(1), new FleetNode("n3") { Capacity = Nothing },
                new FleetNode("n4") { Capacity = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["cpus"] = 1, ["cpu"] = -1 } },
                new FleetNode("n5") { Capacity = Fleets.Cpus(0.0005m) },
                new FleetNode("n6") { Capacity = Fleets.Cpus(9_223_372_036_854_775m) }, new FleetNode("n7") { Capacity = Fleets.Cpus(9_223_372_036_854_775m) },
            ],
            Leases = [new NodeLease("n1", "a", 0), new NodeLease("n1", "b", 0)],
        });

    [Fact]
    public void Guarantees_AboveTheFleet_AreToldInFull()
    {
        AssertFaults(Fleets.Of(3, Fleets.Pool("a") with { Guaranteed = Fleets.Cpus(2) }, Fleets.Pool("b") with { Guaranteed = Fleets.Cpus(2) }));
        Assert.Empty(FleetValidator.Check(Fleets.Of(4, Fleets.Pool("a") with { Guaranteed = Fleets.Cpus(2) }, Fleets.Pool("b") with { Guaranteed = Fleets.Cpus(2) })));
    }

    [Fact]
    public void Changes_ThatWouldBreakARunningFleet_AreRefusedInFull()
    {
        var session = new AllocationSession(Fleets.Of(4, new PoolSpec("top") { Maximum = Fleets.Cpus(3) }, Fleets.Pool("a") with { Parent = "top" }, Fleets.Pool("b") with { Parent = "top", Guaranteed = Fleets.Cpus(2) }));
        Texts.Hold(nameof(Changes_ThatWouldBreakARunningFleet_AreRefusedInFull), string.Join('\n', new Action[]
        {
            () => session.PutPool(Fleets.Pool("a") with { Parent = "top", Guaranteed = Fleets.Cpus(2) }),
            () => session.PutPool(Fleets.Pool("a") with { Parent = "top", Weight = -1 }),
            () => session.PutPool(new PoolSpec("top") { Maximum = Fleets.Cpus(1) }),
            () => session.PutPool(Fleets.Pool("a") with { Parent = "top", Filter = new NodeFilter { Zones = ["moon"] } }),
            () => session.PutPool(Fleets.Pool("nobody")),
            () => session.PutNode(new FleetNode("n9") { Capacity = Nothing }),
            () => session.SetDemand("a", -1),
            () => session.SetDemand("top", 1),
            () => session.SetDemand("nobody", 1),
            () => session.SetPools([Fleets.Pool("a") with { Policy = "nobody's" }]),
        }.Select(Refusal)));
        Assert.Equal("", Refusal(() => session.SetDemand("a", 2)));
    }

    private static string Refusal(Action change)
    {
        try
        {
            change();
            return "";
        }
        catch (AllocationSpecException refused)
        {
            return string.Join('\n', refused.Faults);
        }
        catch (ArgumentException refused)
        {
            return refused.Message;
        }
    }

    private static void AssertFaults(FleetSpec spec, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        Texts.Hold(name, string.Join('\n', FleetValidator.Check(spec).Select(fault => fault.ToString())));
}
