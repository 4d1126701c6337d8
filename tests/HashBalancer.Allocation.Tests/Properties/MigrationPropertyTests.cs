using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Tests.Oracles;

namespace HashBalancer.Allocation.Tests.Properties;

public sealed class MigrationPropertyTests
{
    [Fact]
    public void Plan_AnyMoves_KeepsEveryLimitAtEveryInstant() => Instances.Hold(random =>
    {
        (MigrationPool[] pools, Move[] moves, MigrationLimits limits) = Draw(random, maximumMoves: 14);
        MigrationPlan plan = random.Next(2) == 0 ? MigrationPlanner.Plan(pools, moves, limits) : MigrationPlanner.PlanShort(pools, moves, limits);
        Assert.Equal(moves.Length, plan.Moves.Count + plan.Blocked.Count);
        foreach (TimeSpan now in plan.Moves.SelectMany(m => new[] { m.Start, m.End }).Distinct())
        {
            PlannedMove[] running = [.. plan.Moves.Where(m => m.Start <= now && m.End > now)];
            Assert.True(running.Length <= limits.Total);
            Assert.All(running.GroupBy(m => m.Move.Zone), zone => Assert.True(zone.Count() <= limits.PerZone));
            foreach (MigrationPool pool in pools)
            {
                int left = plan.Moves.Count(m => m.Move.From == pool.Name && m.Start <= now), joined = plan.Moves.Count(m => m.Move.To == pool.Name && m.End <= now);
                Assert.True(left == 0 || pool.Nodes - left + joined >= pool.MinAvailable || !plan.Moves.Any(m => m.Move.From == pool.Name && m.Start == now), $"{pool.Name} has {pool.Nodes - left + joined} nodes");
                Assert.True(running.Count(m => m.Move.From == pool.Name) <= pool.MaxUnavailable);
                Assert.True(pool.Nodes - left + joined >= plan.LowestAvailable[pool.Name]);
            }
        }
    });

    [Fact]
    public void Plan_AnyMoves_StartsEverythingThatCanEverStart() => Instances.Hold(random =>
    {
        (MigrationPool[] pools, Move[] moves, MigrationLimits limits) = Draw(random, maximumMoves: 14);
        MigrationPlan plan = MigrationPlanner.Plan(pools, moves, limits);
        foreach (Move blocked in plan.Blocked)
        {
            MigrationPool source = pools.First(p => p.Name == blocked.From);
            int left = plan.Moves.Count(m => m.Move.From == source.Name), joined = plan.Moves.Count(m => m.Move.To == source.Name);
            Assert.True(source.Nodes - left + joined - 1 < source.MinAvailable || source.Nodes - left + joined == 0, $"{blocked.Node} could start");
        }
    });

    [Fact]
    public void Plan_MovesShuffled_IsTheSame() => Instances.Hold(random =>
    {
        (MigrationPool[] pools, Move[] moves, MigrationLimits limits) = Draw(random, maximumMoves: 14);
        Move[] shuffled = [.. moves];
        random.Shuffle(shuffled);
        Assert.Equal(MigrationPlanner.PlanShort(pools, moves, limits).Moves, MigrationPlanner.PlanShort([.. pools.Reverse()], shuffled, limits).Moves);
    });

    [Fact]
    public void PlanShort_SmallCases_IsWithinAQuarterOfTheOptimum() => Instances.Hold(random =>
    {
        (MigrationPool[] pools, Move[] moves, MigrationLimits limits) = Draw(random, maximumMoves: 5);
        MigrationPlan plan = MigrationPlanner.PlanShort(pools, moves, limits);

        // A list never holds back a move that may start, which once in thousands of cases would let one more start later.
        Assert.True(plan.Moves.Count >= BestMigration.Of(pools, moves, limits).Started - 1, $"{plan.Blocked.Count} of {moves.Length} moves are blocked");
        (_, TimeSpan finish) = BestMigration.Of(pools, [.. plan.Moves.Select(m => m.Move)], limits);
        Assert.True(plan.Finish <= finish * 1.25, $"{plan.Finish} against {finish}");
        Assert.True(plan.LowerBound <= finish, $"the bound {plan.LowerBound} exceeds the optimum {finish}");
    });

    private static (MigrationPool[] Pools, Move[] Moves, MigrationLimits Limits) Draw(Random random, int maximumMoves)
    {
        MigrationPool[] pools = [.. Enumerable.Range(0, random.Next(2, 5)).Select(i => new MigrationPool($"p{i}", random.Next(1, 6))
        {
            MinAvailable = random.Next(4),
            MaxUnavailable = random.Next(2) == 0 ? int.MaxValue : random.Next(1, 3),
            Priority = random.Next(3),
        })];
        var moves = new List<Move>();
        foreach (MigrationPool pool in pools)
        {
            for (int n = 0; n < pool.Nodes && moves.Count < maximumMoves; n++)
            {
                if (random.Next(2) == 0)
                    continue;
                string? to = random.Next(6) == 0 ? null : pools[random.Next(pools.Length)].Name;
                if (to != pool.Name)
                    moves.Add(new Move($"{pool.Name}n{n}", pool.Name, to, Seconds(), Seconds(), Seconds(), $"z{random.Next(2)}"));
            }
        }

        if (moves.Count < maximumMoves && random.Next(2) == 0)
            moves.Add(new Move("free", null, pools[0].Name, TimeSpan.Zero, Seconds(), Seconds(), "z0"));
        return (pools, [.. moves], new MigrationLimits(random.Next(2) == 0 ? int.MaxValue : random.Next(1, 4), random.Next(2) == 0 ? int.MaxValue : random.Next(1, 3)));

        TimeSpan Seconds() => TimeSpan.FromSeconds(random.Next(1, 12));
    }
}
