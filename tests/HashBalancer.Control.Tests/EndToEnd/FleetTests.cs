using System.Text;
using HashBalancer.Allocation.Solving;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Control.Tests;

/// <summary>Control planes of gateways, a registry and agents, without requests: what pools want is configured.</summary>
public sealed class FleetTests
{
    private static readonly TimeSpan Patience = FleetRig.Patience;

    [Fact]
    public async Task Node_Lost_ItsPoolIsMadeWholeAndWhatAgentsDeclineHarmsNobodyElse()
    {
        await using FleetRig rig = await FleetRig.Start();
        for (int i = 1; i <= 5; i++)
            await rig.Node($"n{i}");
        Dictionary<string, PoolAllocationOptions> pools = FleetRig.Pools(("a", 2), ("b", 1), ("c", 1));
        pools["c"].Guaranteed["nodes"] = 1;
        rig.Declines["c"] = "port 80 is in use";
        IHost gateway = await rig.Gateway("one", FleetRig.NoBrakes(), pools);
        await Eventually.IsTrue(() => FleetRig.Counts(gateway) == "a=2 b=1 c=0" && Declined(gateway).Length == 2, "the division, and two nodes that declined", Patience);
        Assert.All(Declined(gateway), refusal => Assert.Equal("port 80 is in use", refusal.Reason));
        Assert.Contains("port 80 is in use", FleetRig.StateOf(gateway)!.Pools.Single(pool => pool.Name == "c").Reason, StringComparison.Ordinal);

        string lost = FleetRig.StateOf(gateway)!.Nodes.First(node => node.Lease is { Pool: "a" }).Node;
        await rig.Lose(lost);
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.Nodes.Single(node => node.Node == lost).Available == false && FleetRig.Counts(gateway) == "a=2 b=1 c=0", "the pool is whole again", Patience);
        await Eventually.IsTrue(() => FleetRig.RingOf(gateway, "a").Length == 2, "its ring has followed", Patience);
        await rig.Agree();
    }

    [Fact]
    public async Task Registry_Forgets_NothingMovesAndItIsToldAgain()
    {
        await using FleetRig rig = await FleetRig.Start();
        for (int i = 1; i <= 3; i++)
            await rig.Node($"n{i}");
        IHost gateway = await rig.Gateway("one", FleetRig.NoBrakes(), FleetRig.Pools(("a", 2), ("b", 1)));
        await Eventually.IsTrue(() => FleetRig.Counts(gateway) == "a=2 b=1", "the division", Patience);
        await rig.Agree();
        long epoch = FleetRig.EpochOf(gateway);
        string[] ring = FleetRig.RingOf(gateway, "a");
        await rig.Client.Kv.DeleteAsync("hashbalancer/fleet/epoch");
        foreach (string node in (string[])["n1", "n2", "n3"])
            await rig.Client.Kv.DeleteAsync($"hashbalancer/fleet/leases/{node}");
        await Eventually.IsTrue(async () => (await rig.Client.Kv.GetAsync("hashbalancer/fleet/epoch")).Value is not null, "the registry knows the epoch again", Patience);
        Assert.Equal(3, (await rig.Client.Kv.ListAsync("hashbalancer/fleet/leases/")).Value.Count);
        Assert.Equal(epoch, FleetRig.EpochOf(gateway));

        // Neither an older epoch nor what cannot be read is followed.
        await rig.Client.Kv.PutAsync("hashbalancer/fleet/epoch", LeaseFormat.Write(new FleetEpoch(1, default, "somebody")));
        await rig.Client.Kv.PutAsync("hashbalancer/fleet/leases/n1", Encoding.UTF8.GetBytes("{}"));
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(ring, FleetRig.RingOf(gateway, "a"));
    }

    [Fact]
    public async Task Reports_Lost_EveryPoolKeepsWhatItHas()
    {
        await using FleetRig rig = await FleetRig.Start();
        for (int i = 1; i <= 3; i++)
            await rig.Node($"n{i}");
        AllocationOptions options = FleetRig.NoBrakes();
        options.StaleAfter = TimeSpan.FromSeconds(1);
        IHost gateway = await rig.Gateway("one", options, FleetRig.Pools(("a", 2), ("b", 1)));
        await Eventually.IsTrue(() => FleetRig.Counts(gateway) == "a=2 b=1", "the division", Patience);

        // Another gateway that says nothing any more: nobody knows what it sees.
        await rig.Client.Kv.PutAsync("hashbalancer/fleet/traffic/silent", Encoding.UTF8.GetBytes("""{"epoch":1,"pools":[],"nodes":[]}"""));
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.Pools.All(pool => pool.IsStale), "the pools keep what they have", Patience);
        await rig.Agree();
        long epoch = FleetRig.EpochOf(gateway);
        gateway.Services.GetRequiredService<AllocatedPools>().Replace(FleetRig.Pools(("a", 0), ("b", 3)).ToDictionary(pool => pool.Key, pool => new AllocatedPool(pool.Key + "-service", pool.Value)));
        DateTimeOffset at = FleetRig.StateOf(gateway)!.At;
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.At > at + TimeSpan.FromSeconds(2), "some more rounds", Patience);
        Assert.Equal("a=2 b=1", FleetRig.Counts(gateway));
        Assert.Equal(epoch, FleetRig.EpochOf(gateway));
        await rig.Client.Kv.DeleteAsync("hashbalancer/fleet/traffic/silent");
        await Eventually.IsTrue(() => FleetRig.Counts(gateway) == "a=0 b=3", "what is wanted now, once all is known", Patience);
    }

    [Fact]
    public async Task Operators_FreezePinReplayAndTry_AreObeyed()
    {
        await using FleetRig rig = await FleetRig.Start();
        for (int i = 1; i <= 3; i++)
            await rig.Node($"n{i}");
        IHost gateway = await rig.Gateway("one", FleetRig.NoBrakes(), FleetRig.Pools(("a", 2), ("b", 1)));
        await Eventually.IsTrue(() => FleetRig.Counts(gateway) == "a=2 b=1", "the division", Patience);
        FleetDesk desk = gateway.Services.GetRequiredService<FleetDesk>();
        string node = FleetRig.StateOf(gateway)!.Nodes.First(one => one.Lease.Pool == "a").Node;
        await desk.ChangeAsync(controls => controls with { Frozen = true, Pins = new Dictionary<string, string> { [node] = "b" } }, CancellationToken.None);
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.Frozen, "the fleet is frozen", Patience);
        DateTimeOffset at = FleetRig.StateOf(gateway)!.At;
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.At > at + TimeSpan.FromSeconds(1), "some more rounds", Patience);
        Assert.Equal("a", FleetRig.StateOf(gateway)!.Nodes.Single(one => one.Node == node).Lease.Pool);
        await desk.ChangeAsync(controls => controls with { Frozen = false }, CancellationToken.None);
        await Eventually.IsTrue(() => FleetRig.StateOf(gateway)!.Nodes.Single(one => one.Node == node).Lease is { Pool: "b", Phase: LeasePhase.Serving }, "the pinned node serves its pool", Patience);

        IReadOnlyList<long> epochs = [];
        await Eventually.IsTrue(async () => (epochs = await desk.EpochsAsync(CancellationToken.None)) is [{ } newest, ..] && newest == FleetRig.EpochOf(gateway), "the epoch in force is recorded", Patience);
        foreach (long number in epochs)
        {
            RecordedEpoch record = (await desk.EpochAsync(number, CancellationToken.None))!;
            FleetDecision again = FleetPlanner.Plan(record.Input);
            Assert.Equal(record.Division, again.Allocation!.ToCanonicalText());
            Assert.Equal(record.Changed.Select(lease => (lease.Node, lease.Pool, lease.Phase)), again.Changed.Select(lease => (lease.Node, lease.Pool, lease.Phase)));
        }

        await desk.ChangeAsync(controls => controls with { Pins = new Dictionary<string, string>() }, CancellationToken.None);
        FleetInput live = await desk.LiveAsync(CancellationToken.None);
        WhatIfResult result = new WhatIf { LostNodes = [node], Factors = new Dictionary<string, double> { ["b"] = 0 } }.Try(live);
        Assert.Equal(("a", 2), (result.Pools[0].Pool, result.Pools[0].ChangedNodes));
    }

    /// <summary>One scenario: 12 nodes of 4 cpu and 8 memory; the pools, one heavy on cpu, one on memory, one on both, want 8 each. Which policy is configured decides.</summary>
    [Theory]
    [InlineData("fifo", "a=5 b=5 c=2")]
    [InlineData("priority", "a=1 b=4 c=7")]
    [InlineData("fair", "a=5 b=4 c=3")]
    [InlineData("capacity", "a=2 b=6 c=4")]
    [InlineData("drf", "a=6 b=3 c=3")]
    public async Task Policy_Configured_DividesInItsOwnWay(string policy, string expected)
    {
        await using FleetRig rig = await FleetRig.Start();
        for (int i = 1; i <= 12; i++)
            await rig.Node($"n{i:00}", new Dictionary<string, string> { ["capacity-cpu"] = "4", ["capacity-memory"] = "8" });
        AllocationOptions options = FleetRig.NoBrakes();
        options.Policy = policy;
        options.Resources = ["cpu", "memory"];
        Dictionary<string, PoolAllocationOptions> pools = FleetRig.Pools(("a", 8), ("b", 8), ("c", 8));
        (pools["a"].Submitted, pools["b"].Submitted, pools["c"].Submitted) = (1, 2, 3);
        (pools["a"].Weight, pools["b"].Weight, pools["c"].Weight) = (2, 1, 1);
        // Capacity heeds priorities as well, and would do here what they alone do.
        if (policy != "capacity")
            (pools["a"].Priority, pools["b"].Priority, pools["c"].Priority) = (0, 1, 2);
        Give(pools["a"], cpu: 4, memory: 2, guaranteed: 1);
        Give(pools["b"], cpu: 1, memory: 8, guaranteed: 3);
        Give(pools["c"], cpu: 4, memory: 8, guaranteed: 2);
        IHost gateway = await rig.Gateway("one", options, pools);
        await Eventually.IsTrue(
            () => FleetRig.StateOf(gateway) is { Epoch: > 0 } state && state.Waiting.Count == 0 && state.Nodes.All(node => node.Lease.Phase is LeasePhase.Serving or LeasePhase.Free), "nothing moves any more", Patience);
        Assert.Equal(expected, FleetRig.Counts(gateway));
        RecordedEpoch record = (await gateway.Services.GetRequiredService<FleetDesk>().EpochAsync(FleetRig.EpochOf(gateway), CancellationToken.None))!;
        FleetAllocation library = FleetPlanner.Plan(record.Input).Allocation!;
        Assert.Equal(expected, string.Join(" ", library.Pools.Select(pool => $"{pool.Pool}={pool.Nodes}")));

        static void Give(PoolAllocationOptions pool, decimal cpu, decimal memory, int guaranteed)
        {
            (pool.UnitDemand["cpu"], pool.UnitDemand["memory"]) = (cpu, memory);
            (pool.Guaranteed["cpu"], pool.Guaranteed["memory"]) = (guaranteed * cpu, guaranteed * memory);
        }
    }

    private static LeaseRefusal[] Declined(IHost gateway) => [.. FleetRig.StateOf(gateway)!.Nodes.SelectMany(node => node.Lease.Refusals)];
}
