using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Offers;

/// <summary>Two-level allocation: nodes are offered to frameworks, which take them or decline (Apache Mesos, hierarchical allocator).</summary>
/// <remarks>
/// <para>Whole free nodes go, in the order in which they came, to the role with the lowest dominant share, level by level along its
/// path (<c>team/service</c>), then to the lowest framework in it. Equal shares: fewer allocations first, then by name.</para>
/// <para>Roles below their guarantee come first, and a node goes to nobody else while the free rest would not cover what is
/// guaranteed and missing. A declined node is hidden from that framework until the filter expires; a filter of 0 lets the
/// lowest share be asked again at once, which starves the others.</para>
/// <para>Time is passed in and never runs backwards. Not thread-safe. O(free nodes × roles) for a round.</para>
/// </remarks>
public sealed class OfferBook
{
    /// <summary>For how long a decline hides a node unless said otherwise.</summary>
    public static readonly TimeSpan DefaultRefusal = TimeSpan.FromSeconds(5);

    /// <summary>The longest time for which a decline may hide a node.</summary>
    public static readonly TimeSpan LongestRefusal = TimeSpan.FromDays(365);

    private readonly ResourceSet _resources;
    private readonly List<OfferedNode> _nodes = [];
    private readonly Dictionary<string, OfferedFramework> _frameworks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceVector> _guarantees = new(StringComparer.Ordinal);
    private TimeSpan _now;

    /// <summary>An empty fleet.</summary>
    public OfferBook(ResourceSet resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        _resources = resources;
    }

    /// <summary>Adds a node to the fleet.</summary>
    /// <exception cref="ArgumentException">The node is there already.</exception>
    public void AddNode(string name, ResourceVector resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        if (_nodes.Exists(n => n.Name == name))
            throw new ArgumentException($"Node '{name}' is there already.", nameof(name));
        _nodes.Add(new OfferedNode(name, resources));
    }

    /// <summary>Takes a node out of the fleet, whoever holds it.</summary>
    public void RemoveNode(string name)
    {
        _nodes.RemoveAll(n => n.Name == name);
        foreach (OfferedFramework framework in _frameworks.Values)
            framework.RefusedUntil.Remove(name);
    }

    /// <summary>Adds a framework under a role, a path such as <c>team/service</c>.</summary>
    /// <exception cref="ArgumentException">The framework is there already, or the role is empty or has an empty part.</exception>
    public void AddFramework(string name, string role)
    {
        if (role.Split('/').Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"Role '{role}' of framework '{name}' has an empty part.", nameof(role));
        if (!_frameworks.TryAdd(name, new OfferedFramework(name, role)))
            throw new ArgumentException($"Framework '{name}' is there already.", nameof(name));
    }

    /// <summary>Guarantees a role so much of the fleet; zero takes the guarantee back.</summary>
    public void Guarantee(string role, ResourceVector resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        _guarantees[role] = resources;
    }

    /// <summary>Gives an offered node back.</summary>
    /// <param name="framework">Who declines.</param>
    /// <param name="node">What it was offered.</param>
    /// <param name="now">The time.</param>
    /// <param name="refuse">For how long it does not want to see the node again; 0 to <see cref="LongestRefusal"/>, default <see cref="DefaultRefusal"/>.</param>
    /// <exception cref="ArgumentException">The framework does not hold the node, or the time runs backwards or is out of range.</exception>
    public void Decline(string framework, string node, TimeSpan now, TimeSpan? refuse = null)
    {
        TimeSpan refusal = refuse ?? DefaultRefusal;
        ArgumentOutOfRangeException.ThrowIfLessThan(refusal, TimeSpan.Zero, nameof(refuse));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(refusal, LongestRefusal, nameof(refuse));
        MoveTo(now);
        OfferedNode offered = _nodes.Find(n => n.Name == node && n.Holder == framework)
            ?? throw new ArgumentException($"Framework '{framework}' does not hold node '{node}'.", nameof(node));
        offered.Holder = null;
        if (refusal > TimeSpan.Zero)
            _frameworks[framework].RefusedUntil[node] = now + refusal;
    }

    /// <summary>Stops offers to a framework that has enough.</summary>
    public void Suppress(string framework) => Framework(framework).Suppressed = true;

    /// <summary>Resumes offers to a framework and forgets what it declined.</summary>
    public void Revive(string framework)
    {
        Framework(framework).Suppressed = false;
        Framework(framework).RefusedUntil.Clear();
    }

    /// <summary>Offers what is free.</summary>
    /// <returns>The new offers in the order in which they were made.</returns>
    /// <exception cref="ArgumentException">The time runs backwards.</exception>
    public IReadOnlyList<Offer> Round(TimeSpan now)
    {
        MoveTo(now);
        var roles = new RoleTree(_resources, _nodes, _frameworks, _guarantees);
        var offers = new List<Offer>();
        Place(guaranteedOnly: true);
        Place(guaranteedOnly: false);
        return offers;

        void Place(bool guaranteedOnly)
        {
            foreach (OfferedNode node in _nodes.Where(n => n.Holder is null))
            {
                OfferedFramework? taker = guaranteedOnly
                    ? roles.NeediestGuaranteed(node, now)
                    : roles.MayGoBeyondGuarantees(node) ? roles.Lowest(node, now) : null;
                if (taker is null)
                    continue;
                node.Holder = taker.Name;
                roles.Count(taker, node);
                offers.Add(new Offer(taker.Name, node.Name, now));
            }
        }
    }

    private OfferedFramework Framework(string name) =>
        _frameworks.GetValueOrDefault(name) ?? throw new ArgumentException($"Framework '{name}' is unknown.", nameof(name));

    private void MoveTo(TimeSpan now)
    {
        if (now < _now)
            throw new ArgumentException($"The time {now} lies before {_now}.", nameof(now));
        _now = now;
    }
}
