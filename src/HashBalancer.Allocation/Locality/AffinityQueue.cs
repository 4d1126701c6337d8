namespace HashBalancer.Allocation.Locality;

/// <summary>When a request stops to wait for its owner.</summary>
public sealed record AffinityWait
{
    /// <summary>The longest wait for the owner; null for no limit of time.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>How many later requests may be dispatched before it; null for no limit.</summary>
    public int? Skips { get; init; }

    /// <summary>Whether a request that waited so long and was passed over so often may go to another node.</summary>
    public bool MaySpill(TimeSpan waited, int skips) => waited >= Wait || skips >= Skips;
}

/// <summary>Where a request was sent.</summary>
/// <param name="Request">The request.</param>
/// <param name="Node">The node.</param>
/// <param name="IsOwner">Whether it is the request's hash owner; false is a spill.</param>
public readonly record struct AffinityDispatch(string Request, string Node, bool IsOwner);

/// <summary>
/// Delay scheduling for a hash ring: a request waits for a slot on its owner, in order of arrival, and spills to the next free node
/// of its walk once its <see cref="AffinityWait"/> is over.
/// </summary>
/// <remarks>Serves what-if questions about the wait: the request path has its own. Time is passed in. Not thread-safe.</remarks>
public sealed class AffinityQueue
{
    private readonly AffinityWait _rule;
    private readonly Dictionary<string, int> _free;
    private readonly List<Waiting> _waiting = [];

    /// <summary>A queue in front of idle nodes.</summary>
    /// <param name="rule">When a request may spill.</param>
    /// <param name="slots">How many requests every node serves at once.</param>
    public AffinityQueue(AffinityWait rule, IReadOnlyDictionary<string, int> slots)
    {
        ArgumentNullException.ThrowIfNull(rule);
        _rule = rule;
        _free = new Dictionary<string, int>(slots, StringComparer.Ordinal);
    }

    /// <summary>When the next waiting request may spill by time alone; null when none will.</summary>
    public TimeSpan? NextDeadline => _waiting.Count == 0 || _rule.Wait is null ? null : _waiting.Min(w => w.Arrived) + _rule.Wait;

    /// <summary>Adds a request.</summary>
    /// <param name="request">Names the request.</param>
    /// <param name="walk">Its owner, then its successors; not empty.</param>
    /// <param name="now">The time.</param>
    public void Enqueue(string request, IReadOnlyList<string> walk, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(walk);
        if (walk.Count == 0)
            throw new ArgumentException($"Request '{request}' has no owner.", nameof(walk));
        _waiting.Add(new Waiting(request, walk, now));
    }

    /// <summary>Frees a slot of a node.</summary>
    public void Complete(string node) => _free[node]++;

    /// <summary>Sends the first request, in order of arrival, that has a place to go; those before it count a skip.</summary>
    /// <returns>Where it went, or null when all must wait.</returns>
    public AffinityDispatch? TryDispatch(TimeSpan now)
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            Waiting candidate = _waiting[i];
            string owner = candidate.Walk[0];
            string? node = IsFree(owner) ? owner : _rule.MaySpill(now - candidate.Arrived, candidate.Skips) ? candidate.Walk.FirstOrDefault(IsFree) : null;
            if (node is null)
                continue;
            _waiting.RemoveAt(i);
            for (int passed = 0; passed < i; passed++)
                _waiting[passed].Skips++;
            _free[node]--;
            return new AffinityDispatch(candidate.Request, node, node == owner);
        }

        return null;
    }

    private bool IsFree(string node) => _free.TryGetValue(node, out int free) && free > 0;

    private sealed class Waiting(string request, IReadOnlyList<string> walk, TimeSpan arrived)
    {
        public string Request { get; } = request;

        public IReadOnlyList<string> Walk { get; } = walk;

        public TimeSpan Arrived { get; } = arrived;

        public int Skips { get; set; }
    }
}
