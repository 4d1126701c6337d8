using System.Diagnostics;
using System.Globalization;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>Keys stay with their nodes while nodes come, die and come back.</summary>
public sealed class AffinityTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Keys_NodeKilledAndRestarted_MoveAwayAndComeHome()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "5");
        string[] keys = [.. Enumerable.Range(0, 10_000).Select(i => $"user-{i}")];
        Dictionary<string, string?> before = await gateway.NodesOf(keys);
        int[] shares = [.. before.Values.GroupBy(node => node, StringComparer.Ordinal).Select(group => group.Count())];
        Assert.Equal(5, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 1_700, 2_300));

        int victim = ProcessTable.ChildrenOf(gateway.Process.Id).Single(pid => ProcessTable.ArgumentsOf(pid).Contains("node-2"));
        ProcessTable.Signal(victim, ProcessTable.KillNow);
        long killed = Stopwatch.GetTimestamp();
        // Asked for again and again below, and so shared by several nodes as a hot key: it proves nothing about the others.
        string lost = before.First(pair => pair.Value == "node-2").Key;
        keys = [.. keys.Where(key => key != lost)];
        before.Remove(lost);
        await Eventually.IsTrue(async () => (await gateway.NodesOf([lost]))[lost] is not (null or "node-2"), "another node answers the dead node's key");
        // At once by its refused connections, or when the sample's TTL check of 3 s ends.
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answered by another {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.00} s after the kill"));
        Dictionary<string, string?> without = await gateway.NodesOf(keys);
        Assert.All(keys, key => Assert.Equal(before[key] == "node-2", without[key] != before[key]));
        Assert.DoesNotContain(null, without.Values);
        Assert.DoesNotContain("node-2", without.Values);

        await using ChildProcess again = ChildProcess.StartGateway("sample", "--until-stdin-closes", "--id", "node-2", "--registry", gateway.Registry.ToString());
        await Eventually.IsTrue(async () => await gateway.NodeOf(lost) == "node-2", "the restarted node has its key back");
        Assert.Equal(before, await gateway.NodesOf(keys));
    }
}
