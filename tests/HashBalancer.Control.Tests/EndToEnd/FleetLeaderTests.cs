using System.Diagnostics;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Control.Tests;

/// <summary>Leaders that go while nodes are on their way.</summary>
public sealed class FleetLeaderTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = FleetRig.Patience;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leader_LostInMidPlan_TheNextOneCompletesItAndRepeatsNothing(bool isKilled)
    {
        await using FleetRig rig = await FleetRig.Start();
        rig.StartTime = TimeSpan.FromMilliseconds(300);
        for (int i = 1; i <= 6; i++)
            await rig.Node($"n{i}");
        AllocationOptions options = FleetRig.NoBrakes();
        options.MostMoves = 1;
        Dictionary<string, PoolAllocationOptions> before = FleetRig.Pools(("a", 5), ("b", 1));
        await rig.Gateway("one", options, before);
        await rig.Gateway("two", options, before);
        await Eventually.IsTrue(() => rig.Gateways.TrueForAll(gateway => FleetRig.Counts(gateway) == "a=5 b=1"), "the first division", Patience);
        await rig.Agree();
        rig.Seen.Clear();

        // Three nodes are to move, one at a time; the leader goes while the first is on its way.
        foreach (IHost gateway in rig.Gateways)
            gateway.Services.GetRequiredService<AllocatedPools>().Replace(FleetRig.Pools(("a", 2), ("b", 4)).ToDictionary(pool => pool.Key, pool => new AllocatedPool(pool.Key + "-service", pool.Value)));
        await Eventually.IsTrue(() => rig.Seen.Any(lease => lease.Phase == LeasePhase.Starting), "the first node is on its way", Patience);
        IHost leader = rig.Gateways.Single(gateway => gateway.Services.GetRequiredService<Leadership>().IsLeader);
        rig.Gateways.Remove(leader);
        long gone = Stopwatch.GetTimestamp();
        if (isKilled)
            await rig.Cut(leader);
        else
            await leader.StopAsync();
        IHost next = Assert.Single(rig.Gateways);
        await Eventually.IsTrue(() => next.Services.GetRequiredService<Leadership>().IsLeader, "the other one leads", Patience);
        output.WriteLine($"{Stopwatch.GetElapsedTime(gone).TotalSeconds:0.0} s until the other one led");
        await Eventually.IsTrue(() => FleetRig.Counts(next) == "a=2 b=4", "the plan is complete", Patience);
        output.WriteLine($"{Stopwatch.GetElapsedTime(gone).TotalSeconds:0.0} s until the plan was complete");

        // One that comes back from the dead follows, and what it meant to write is refused.
        if (isKilled)
        {
            rig.Mend(leader);
            rig.Gateways.Add(leader);
        }

        await rig.Agree();
        output.WriteLine($"{Stopwatch.GetElapsedTime(gone).TotalSeconds:0.0} s until all agree");
        FleetLease[][] moved = [.. rig.Seen.GroupBy(lease => lease.Node).Select(node => node.DistinctBy(lease => lease.Epoch).ToArray())];
        Assert.Equal(3, moved.Length);
        Assert.All(moved, node =>
        {
            Assert.Single(node, lease => lease is { Pool: "a", Phase: LeasePhase.Draining, Next: "b" });
            Assert.Single(node, lease => lease is { Pool: "b", Phase: LeasePhase.Starting });
            Assert.Equal("b", node[^1].Pool);
        });
    }
}
