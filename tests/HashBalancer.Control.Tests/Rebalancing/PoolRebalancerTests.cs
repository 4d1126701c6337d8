using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class PoolRebalancerTests
{
    private static readonly RebalancingOptions Defaults = new();

    [Theory]
    [InlineData(0.9)]
    [InlineData(1.0)]
    [InlineData(1.1)]
    [InlineData(1.2)]
    public void Plan_ZipfLoadOnEqualNodes_SettlesWithin120SecondsAndRests(double skew)
    {
        var fleet = new FleetModel(skew, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        int steps = fleet.StepsUntil(1.05, most: 24);
        Assert.True(steps <= 24, $"Still {fleet.Busiest:0.###} after {steps} plans.");
        for (int i = 0; i < 100; i++)
            Assert.Empty(fleet.Step().Moves);
    }

    [Fact]
    public void Plan_ArcsThatAnOperatorOrdered_StayAndAreNoneOfThePlans()
    {
        RingOverride ordered = new(0x10000000, 0x17ffffff, FleetModel.Name(3));
        var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) { Ordered = [ordered] };
        int moves = 0;
        for (int i = 0; i < 60; i++)
        {
            RebalancePlan plan = fleet.Step();
            moves += plan.Moves.Length;
            Assert.DoesNotContain(plan.Moves, move => move.First <= ordered.Last && ordered.First <= move.Last);
            Assert.DoesNotContain(plan.Overrides, one => one.First <= ordered.Last && ordered.First <= one.Last);
        }

        Assert.True(moves > 0);
        Assert.Contains(ordered, fleet.Ring.Overrides);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plan_NodesOfUnlikeSpeed_NeedNoWeights(bool reports)
    {
        var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1, 2, 2, 0.5, 0.5) { Reports = reports };
        double before = fleet.Busiest;
        Assert.True(before > 2, $"{before}");

        // Some 30 % of the key space has to move, and 9 % may in ten minutes.
        int steps = fleet.StepsUntil(reports ? 1.05 : 1.1, most: 600);
        Assert.True(steps <= 600, $"Still {fleet.Busiest:0.###} after {steps} plans.");
    }

    [Fact]
    public void Plan_NodeSlowsDownAndRecovers_KeysLeaveAndReturnWithoutOscillation()
    {
        var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Assert.True(fleet.StepsUntil(1.05, most: 24) <= 24);
        for (int i = 0; i < 120; i++)
            Assert.Empty(fleet.Step().Moves);

        fleet.Speeds[3] = 0.4;
        int slow = fleet.StepsUntil(1.1, most: 24);
        Assert.True(slow <= 24, $"Still {fleet.Busiest:0.###} after {slow} plans.");
        for (int i = 0; i < 240; i++)
            fleet.Step();
        int moves = fleet.Moved.Count(m => m.Share > 0);

        fleet.Speeds[3] = 1;
        for (int i = 0; i < 240; i++)
            fleet.Step();
        Assert.True(fleet.Busiest <= 1.06, $"{fleet.Busiest}");
        Assert.InRange(fleet.Moved.Count(m => m.Share > 0) - moves, 1, 40);
        Assert.All(fleet.Moved.TakeLast(60), m => Assert.Equal(0, m.Share));
    }

    [Fact]
    public void Plan_AnyHistoryOfLoad_StaysWithinTheBudgets()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            var chance = new Random(seed);
            var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1);
            for (int step = 0; step < 150; step++)
            {
                if (chance.Next(5) == 0)
                    fleet.Draw(0.8 + (chance.NextDouble() / 2), chance.Next());
                if (chance.Next(5) == 0)
                    fleet.Speeds[chance.Next(fleet.Speeds.Length)] = 0.1 + chance.NextDouble();
                HashRing before = fleet.Ring;
                RebalancePlan plan = fleet.Step(reading => chance.Next(10) switch
                {
                    0 => reading with { Utilisation = 1e9 },
                    1 => reading with { Utilisation = 0 },
                    2 => reading with { Rate = 0 },
                    _ => reading,
                });

                // What the plan says it moved is what moved.
                Assert.Equal(RingDifference.Between(before, fleet.Ring).MovedShare, plan.MovedShare, 9);
                Assert.InRange(plan.MovedShare, 0, Defaults.PlanBudget + 1e-9);
                if (plan.MovedShare > 0)
                {
                    double inWindow = fleet.Moved.Where(m => fleet.Now - m.At < Defaults.BudgetWindow).Sum(m => m.Share);
                    bool isFirst = fleet.Now - fleet.Moved.First(m => m.Share > 0).At < Defaults.BudgetWindow;
                    Assert.InRange(inWindow, 0, (isFirst ? 2 : 1) * Defaults.WindowBudget + 1e-9);
                }
            }

            Assert.Contains(fleet.Moved, m => m.Share > 0);
        }
    }

    [Fact]
    public void Plan_FirstWindow_HasTwiceTheBudgetInANewPoolAlone()
    {
        FleetModel first = Restless(), second = Restless();
        RingOverride moved = new(0, 1000, FleetModel.Name(0));
        second.TakeOver(second.Ring.WithOverrides([moved]));

        Assert.Equal(2 * Defaults.WindowBudget, MovedInAWindow(first), 2);
        Assert.Equal(Defaults.WindowBudget, MovedInAWindow(second), 2);
        // What operators ordered is nothing that a plan has moved.
        Assert.Equal(2 * Defaults.WindowBudget, MovedInAWindow(Restless(moved)), 2);

        static FleetModel Restless(params ImmutableArray<RingOverride> ordered) => new(1.0, 1, 1, 1, 1, 1, 1) { Ordered = ordered };

        static double MovedInAWindow(FleetModel fleet)
        {
            for (DateTimeOffset end = fleet.Now + Defaults.BudgetWindow; fleet.Now < end; fleet.Step())
                fleet.Draw(1.0, seed: fleet.Moved.Count);
            return fleet.Moved.Sum(m => m.Share);
        }
    }

    [Fact]
    public void Plan_NodeWithinTheTolerance_IsCorrectedWhileAveragesAreYoungAlone()
    {
        var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Assert.True(fleet.StepsUntil(1.03, most: 24) <= 24);
        // What moved has to rest before it may move again.
        for (int i = 0; i < 20; i++)
            Assert.Empty(fleet.Step().Moves);

        fleet.Speeds[3] *= fleet.UtilisationOf(3) / 1.04;
        for (int i = 0; i < 60; i++)
            Assert.Empty(fleet.Step().Moves);

        fleet.IsYoung = true;
        Assert.NotEmpty(fleet.Step().Moves);
        Assert.InRange(fleet.Busiest, 1, 1.03);
    }

    [Fact]
    public void Plan_EqualHistories_GiveEqualPlans()
    {
        FleetModel one = new(1.1, 1, 2, 1, 0.5), other = new(1.1, 1, 2, 1, 0.5);
        for (int i = 0; i < 40; i++)
            Assert.Equal(one.Step().Overrides.AsEnumerable(), other.Step().Overrides.AsEnumerable());
        Assert.NotEmpty(one.Ring.Overrides);
    }

    [Fact]
    public void Plan_NewLeaderOverASettledRing_MovesNothing()
    {
        var fleet = new FleetModel(1.1, 1, 1, 1, 1, 1);
        fleet.StepsUntil(1.05, most: 24);
        var next = new FleetModel(1.1, 1, 1, 1, 1, 1);
        next.TakeOver(fleet.Ring);
        for (int i = 0; i < 20; i++)
            Assert.Empty(next.Step().Moves);
        Assert.Equal(fleet.Ring.Overrides.AsEnumerable(), next.Ring.Overrides.AsEnumerable());
    }

    [Fact]
    public void Plan_LeaderIsNew_WatchesForTheBlackoutFirst()
    {
        var fleet = new FleetModel(1.1, 1, 1, 1, 1, 1);
        Assert.Empty(fleet.Step().Moves); // Its first look.
        Assert.Empty(fleet.Step().Moves); // 5 s later.
        Assert.NotEmpty(fleet.Step().Moves); // 10 s later.
    }

    [Fact]
    public void Plan_NodeIsNew_NeitherGivesNorTakes()
    {
        var fleet = new FleetModel(1.1, 1, 1, 1, 1, 1);
        for (int i = 0; i < 30; i++)
        {
            RebalancePlan plan = fleet.Step(r => r.Id == "node-2" ? r with { Age = TimeSpan.FromSeconds(9) } : r);
            Assert.DoesNotContain(plan.Moves, m => m.From == "node-2" || m.To == "node-2");
        }

        Assert.Contains(fleet.Moved, m => m.Share > 0);
    }

    [Fact]
    public void Plan_NoLoad_MovesNothing()
    {
        var rebalancer = new PoolRebalancer(Defaults);
        var ring = HashRing.Build([new RingMember("a"), new RingMember("b")]);
        DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        NodeReading[] idle = [.. "ab".Select(c => new NodeReading($"{c}", 1, 0, 0, 0, 0, 0, null, TimeSpan.FromHours(1)))];
        for (int i = 0; i < 5; i++)
        {
            RebalancePlan plan = rebalancer.Plan(new RebalancingState(ring), new PoolReading(idle, new SliceRates(4, [], 0), TimeSpan.FromMinutes(1)), now += TimeSpan.FromSeconds(5));
            Assert.Empty(plan.Moves);
            Assert.Equal(1, plan.Busiest);
        }
    }
}
