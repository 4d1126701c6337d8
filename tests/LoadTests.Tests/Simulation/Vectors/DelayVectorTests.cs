using System.Text.Json;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using HashBalancer.Simulation.Clock;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>The gateway's selection and affinity wait against the cases of delay scheduling: a task is a request whose key's owner is the node that it
/// prefers, a node has one slot, an offer of a node is its slot coming free, and a skip is a later request that is sent out first.</summary>
public sealed class DelayVectorTests
{
    private const string Later = "";

    private readonly VirtualTime _time = new();
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly Dictionary<string, Queue<(string Job, bool IsLocal)>> _launches = new(StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string>> Cases => RequestVectors.Of("delay");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Launches_Case_AreOfTheExpectedJobsOnTheExpectedNodes(string id)
    {
        JsonElement vector = RequestVectors.Case(id);
        string[] offers = [.. vector.GetProperty("offers").EnumerateArray().Select(n => n.GetString()!)];
        Job[] jobs = [.. vector.GetProperty("pools").EnumerateArray().Select(p =>
            new Job(p.Text("name"), [.. p.GetProperty("preferred").EnumerateArray().Select(nodes => nodes.EnumerateArray().Single().GetString()!)]))];
        int skips = (int)vector.GetProperty("options").Number("d1", 0);
        PoolSnapshot view = TestPools.ViewOf([.. jobs.SelectMany(job => job.Tasks).Concat(offers).Distinct(StringComparer.Ordinal)]);
        Pool pool = TestPools.PoolOf(_time, new PoolPolicy
        {
            Bound = new LoadBound(100, 0),
            Admission = new AdmissionPolicy { NodeLimit = 1 },
            ShareHotKeys = false,
            AffinityWait = skips == 0 ? null : new AffinityWait(TimeSpan.FromSeconds(10), skips),
        });

        if (skips == 0)
            PlayInTurn(pool, view, jobs, offers);
        else
            PlayWaiting(pool, view, jobs, offers);

        JsonElement[] expected = [.. vector.GetProperty("expected").GetProperty("launches").EnumerateArray()];
        Assert.Equal(
            expected.Select(launch => (launch.Text("node"), launch.Text("job"), launch.Text("locality") == "node")),
            expected.Select(launch => (Node: launch.Text("node"), Launch: _launches[launch.Text("node")].Dequeue())).Select(at => (at.Node, at.Launch.Job, at.Launch.IsLocal)));
        Assert.All(_launches.Values, Assert.Empty);
    }

    /// <summary>All tasks wait from the start for the nodes that they prefer, which are busy; the others are idle, and what nobody waits for goes to a
    /// request that comes later.</summary>
    private void PlayWaiting(Pool pool, PoolSnapshot view, Job[] jobs, string[] offers)
    {
        HashSet<string> preferred = [.. jobs.SelectMany(job => job.Tasks)];
        foreach (Node node in view.Nodes.Where(node => preferred.Contains(node.Id)))
            node.Load.Begin();
        // A job's tasks are a set: that whose node is offered first comes first.
        foreach ((string job, string task) in jobs.SelectMany(job => job.Tasks.OrderBy(task => (uint)Array.IndexOf(offers, task)).Select(task => (job.Name, task))))
            _time.Begin(() => Serve(pool, view, job, task));
        _time.Run(_time.Now);

        foreach (string offer in offers)
        {
            Node node = view.Nodes.Single(node => node.Id == offer);
            if (preferred.Contains(offer))
                End(pool, node);
            else if (!_launches.ContainsKey(offer))
                _time.Begin(() => Serve(pool, view, Later, offer));
            _time.Run(_time.Now);
        }
    }

    /// <summary>Nobody waits: with each slot that comes free the job with the fewest running tasks sends one, that which prefers the node if it has one.</summary>
    private void PlayInTurn(Pool pool, PoolSnapshot view, Job[] jobs, string[] offers)
    {
        foreach (Node node in view.Nodes)
            node.Load.Begin();
        Dictionary<string, List<string>> pending = jobs.ToDictionary(job => job.Name, job => job.Tasks.ToList(), StringComparer.Ordinal);
        foreach (string offer in offers)
        {
            End(pool, view.Nodes.Single(node => node.Id == offer));
            Job next = jobs.Where(job => pending[job.Name].Count > 0).MinBy(job => job.Tasks.Length - pending[job.Name].Count)!;
            string task = pending[next.Name].Find(task => task == offer) ?? pending[next.Name][0];
            pending[next.Name].Remove(task);
            _time.Begin(() => Serve(pool, view, next.Name, task));
            _time.Run(_time.Now);
        }
    }

    private async Task Serve(Pool pool, PoolSnapshot view, string job, string preferred)
    {
        NodeWalk walk = pool.WalkOf(view, HashOwnedBy(view, preferred), isSafe: true, _time);
        NodeSelection selection = _selector.Next(ref walk);
        if (Pool.MustWait(in walk, in selection))
            selection = _selector.AfterWait(ref walk, selection, await pool.Wait(walk, selection, _time, CancellationToken.None));
        pool.Runtime.Begin(in selection);
        if (!_launches.TryGetValue(selection.Node!.Id, out Queue<(string, bool)>? at))
            _launches.Add(selection.Node.Id, at = []);
        if (job != Later)
            at.Enqueue((job, selection.Node.Id == preferred));
    }

    private static void End(Pool pool, Node node)
    {
        node.Load.End(failed: false);
        pool.Runtime.Affinity.Finished();
    }

    private static ulong HashOwnedBy(PoolSnapshot view, string node) =>
        Enumerable.Range(0, int.MaxValue).Select(i => KeyHash.Of($"key-{i}")).First(hash => view.Owner(hash)!.Id == node);

    private sealed record Job(string Name, string[] Tasks);
}
