using System.Text.Json;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using HashBalancer.Simulation.Clock;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>The gateway's selection and affinity wait against the computed cases: one slot a node is a bound of one request in flight.</summary>
public sealed class SpillVectorTests
{
    private readonly VirtualTime _time = new();
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly Dictionary<string, (string Node, double Start, bool Local)> _dispatched = new(StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string>> Cases => RequestVectors.Of("spill");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Dispatch_Case_IsOnTheExpectedNodesAtTheExpectedTimes(string id)
    {
        JsonElement vector = RequestVectors.Case(id);
        JsonElement options = vector.GetProperty("options");
        Assert.All(vector.GetProperty("pools").EnumerateArray(), node => Assert.Equal(1, node.Number("slots", 1)));
        var policy = new PoolPolicy
        {
            // With three nodes and at most four requests at once the fair share is one or less for as long as a node is free.
            Bound = new LoadBound(1, 0),
            ShareHotKeys = false,
            AffinityWait = new AffinityWait(TimeSpan.FromMilliseconds(options.Number("waitMs", 10_000)), (int)options.Number("skips", 1_000_000)),
        };
        Pool pool = TestPools.PoolOf(_time, policy);
        PoolSnapshot view = TestPools.ViewOf([.. vector.GetProperty("pools").EnumerateArray().Select(p => p.Text("name"))]);

        foreach (IGrouping<double, JsonElement> instant in vector.GetProperty("requests").EnumerateArray().GroupBy(r => r.Number("at", 0)))
        {
            _time.Run((long)(instant.Key * TimeSpan.TicksPerMillisecond));
            foreach (JsonElement request in instant)
                _time.Begin(() => Serve(pool, view, request));
        }

        _time.Run(TimeSpan.TicksPerMinute);

        foreach (JsonProperty expected in vector.GetProperty("expected").GetProperty("dispatch").EnumerateObject())
            Assert.Equal((expected.Value.Text("node"), expected.Value.Number("start", 0), expected.Value.GetProperty("local").GetBoolean()), _dispatched[expected.Name]);
    }

    private async Task Serve(Pool pool, PoolSnapshot view, JsonElement request)
    {
        string[] ring = [.. request.GetProperty("ring").EnumerateArray().Select(n => n.GetString()!)];
        NodeWalk walk = pool.WalkOf(view, HashThatWalks(view, ring), isSafe: true, _time);
        NodeSelection selection = _selector.Next(ref walk);
        if (Pool.MustWait(in walk, in selection))
            selection = _selector.AfterWait(ref walk, selection, await pool.Wait(walk, selection, _time, CancellationToken.None));
        pool.Runtime.Begin(in selection);
        _dispatched.Add(request.Text("id"), (selection.Node!.Id, TimeSpan.FromTicks(_time.Now).TotalMilliseconds, selection.Node.Id == ring[0]));
        await Task.Delay(TimeSpan.FromMilliseconds(request.Number("ms", 0)), _time);
        selection.Node.Load.End(failed: false);
        pool.Runtime.Affinity.Finished();
    }

    /// <summary>A key whose owner and successors are the case's.</summary>
    private static ulong HashThatWalks(PoolSnapshot view, string[] ring)
    {
        for (int i = 0; ; i++)
        {
            ulong hash = KeyHash.Of($"key-{i}");
            List<string> walk = [];
            foreach (int slot in view.Ring.Walk(hash))
                walk.Add(view.NodeAt(slot).Id);
            if (walk.SequenceEqual(ring))
                return hash;
        }
    }
}
