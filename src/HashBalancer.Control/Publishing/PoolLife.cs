using System.Collections.Immutable;
using System.Runtime.InteropServices;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What this gateway adds to the registry's word on the nodes of one pool: which were told to drain, what they are to weigh, which are on their way
/// from or to another pool of the fleet, and which start slowly.</summary>
/// <remarks>
/// <para>A node that comes up beside others begins with a tenth of its weight and grows by steps to the whole. A weight is a number of
/// points and points are nested, so that each step takes a few more keys to the newcomer and none away from it: its caches fill
/// key by key, where a share given by chance would send every key to both.</para>
/// <para>For the publisher's worker alone: not thread-safe.</para>
/// </remarks>
internal sealed class PoolLife(TimeProvider time)
{
    /// <summary>The part of its weight that a node begins with.</summary>
    public const double FirstPart = 0.1;

    /// <summary>In so many steps it grows to the whole: each moves less than a twentieth of the node's keys.</summary>
    public const int Steps = 20;

    private readonly Dictionary<string, long> _cameUp = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _leaving = new(StringComparer.Ordinal);
    private PoolMembership? _latest;

    /// <summary>How many nodes have not got their whole weight yet.</summary>
    public int Starting => _cameUp.Count;

    /// <summary>The nodes that drain and serve on until the leader has given their arcs to others, or their time is over.</summary>
    public ImmutableHashSet<string> Leaving => [.. _leaving.Keys];

    /// <summary>When the first of <see cref="Leaving"/> leaves at the latest, from now; null: none does.</summary>
    public TimeSpan? NextDeparture(TimeSpan handOverTime) => _leaving.Count == 0
        ? null
        : _leaving.Values.Select(since => handOverTime - time.GetElapsedTime(since)).Append(handOverTime).Min() is { Ticks: > 0 } left ? left : TimeSpan.FromMilliseconds(1);

    /// <summary>The membership as it is to be in force; null before the registry's first answer.</summary>
    /// <param name="current">The pool's view in force.</param>
    /// <param name="membership">The registry's latest word; null when it is the one given before.</param>
    /// <param name="plan">What the gateway wants besides.</param>
    public PoolMembership? Next(PoolSnapshot current, PoolMembership? membership, LifePlan plan)
    {
        _latest = membership ?? _latest;
        if (_latest is null)
            return null;
        if (plan.Drained.IsEmpty && plan.Weights.IsEmpty && plan.SlowStart <= TimeSpan.Zero && plan.Fleet.Leases.Count == 0)
        {
            _cameUp.Clear();
            _leaving.Clear();
            return _latest;
        }

        Forget(_latest);
        HashSet<string> up = [.. current.Nodes.Where(node => node.State == NodeState.Up).Select(node => node.Id)];
        long now = time.GetTimestamp();
        HoldLeaving(current, up, plan);
        bool changed = false;
        var nodes = new List<NodeRegistration>(_latest.Nodes.Length);
        foreach (NodeRegistration said in _latest.Nodes)
        {
            NodeState wanted = said.State != NodeState.Up ? said.State
                : plan.Drained.Contains(said.Id) && !_leaving.ContainsKey(said.Id) ? NodeState.Draining
                : plan.Fleet.StateOf(_latest.Pool, said.Id);
            NodeRegistration next = wanted == said.State ? said : said with { State = wanted };
            if (plan.Weights.TryGetValue(said.Id, out double weight) && weight != said.Weight)
                next = next with { Weight = weight };
            if (next.State != NodeState.Up)
                _cameUp.Remove(next.Id);
            else if (PartOf(next.Id, up, plan.SlowStart, now) is < 1 and double part)
                next = next with { Weight = next.Weight * part };
            changed |= !ReferenceEquals(next, said);
            nodes.Add(next);
        }

        return changed ? new PoolMembership(_latest.Pool, _latest.Source, nodes) : _latest;
    }

    private double PartOf(string id, HashSet<string> up, TimeSpan slowStart, long now)
    {
        if (slowStart <= TimeSpan.Zero)
            return 1;

        // Nodes that come up together with nobody to serve meanwhile have all of the work from the first moment.
        ref long since = ref CollectionsMarshal.GetValueRefOrAddDefault(_cameUp, id, out bool starting);
        if (!starting)
        {
            since = now;
            if (up.Count == 0 || up.Contains(id))
            {
                _cameUp.Remove(id);
                return 1;
            }
        }

        double grown = time.GetElapsedTime(since, now) / slowStart;
        if (grown < 1)
            return FirstPart + ((1 - FirstPart) * Math.Floor(grown * Steps) / Steps);
        _cameUp.Remove(id);
        return 1;
    }

    /// <summary>A node that serves when it is told to drain serves on while it owns a key, in the ring of the newest assignment, and has time left.</summary>
    private void HoldLeaving(PoolSnapshot current, HashSet<string> up, LifePlan plan)
    {
        HashSet<string> serving = [.. _latest!.Nodes.Where(said => said.State == NodeState.Up && up.Contains(said.Id) && plan.Drained.Contains(said.Id)).Select(said => said.Id)];
        foreach (string id in _leaving.Keys.Where(id => !serving.Contains(id)).ToArray())
            _leaving.Remove(id);
        if (serving.Count == 0 || plan.HandOverTime <= TimeSpan.Zero || serving.Count == up.Count)
        {
            _leaving.Clear();
            return;
        }

        double[] shares = current.Ring.Shares();
        foreach (string id in serving)
        {
            long since = _leaving.TryGetValue(id, out long known) ? known : time.GetTimestamp();
            bool ownsSomething = current.Ring.TryGetSlot(id, out int slot) && shares[slot] > 0;
            if (ownsSomething && time.GetElapsedTime(since) < plan.HandOverTime)
                _leaving[id] = since;
            else
                _leaving.Remove(id);
        }
    }

    private void Forget(PoolMembership latest)
    {
        if (_cameUp.Count == 0)
            return;
        HashSet<string> here = [.. latest.Nodes.Select(node => node.Id)];
        foreach (string gone in _cameUp.Keys.Where(id => !here.Contains(id)).ToArray())
            _cameUp.Remove(gone);
    }
}

/// <summary>What the gateway wants of a pool's nodes besides what the registry says.</summary>
/// <param name="Drained">The ids of those that an operator told to drain.</param>
/// <param name="SlowStart">How long a node that comes up takes to its whole weight; zero: it has it at once.</param>
/// <param name="Weights">The weights that operators order, by node id.</param>
/// <param name="HandOverTime">How long a node that drains may serve on while its arcs are handed over; zero: it leaves at once.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LifePlan(ImmutableHashSet<string> Drained, TimeSpan SlowStart, ImmutableDictionary<string, double> Weights, TimeSpan HandOverTime = default)
{
    /// <summary>The leases of nodes that change their pools.</summary>
    public FleetMap Fleet { get => field ?? FleetMap.Empty; init; }
}
