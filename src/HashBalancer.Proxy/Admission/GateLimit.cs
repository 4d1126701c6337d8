using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>How many requests a gate lets in at once as of now: the pool's limit, what its nodes may have together, what its response times allow;
/// whichever is least.</summary>
/// <remarks>Thread-safe. Revised four times a second, and when the pool's nodes change.</remarks>
internal sealed class GateLimit
{
    /// <summary>Below so many requests a window says little, and goes on: one of twenty that takes twenty times as long, as a cache miss does, moves the mean
    /// of a hundred by a fifth.</summary>
    public const int LeastSamples = 100;

    /// <summary>The share of failures in a window that cannot be chance or a single node.</summary>
    private const double FailingShare = 0.5;

    private readonly Lock _revising = new();
    private readonly AdmissionPolicy _policy;
    private readonly GradientLimit? _gradient;
    private PoolSnapshot? _seen;
    private int _nodes = 1;
    private int _current;
    private long _ticks;
    private int _answers;
    private int _failures;

    public GateLimit(AdmissionPolicy policy)
    {
        _policy = policy;
        _gradient = policy.Adaptive ? new GradientLimit(policy.MinLimit, policy.Limit) : null;
        Update_NeedsLock();
    }

    /// <summary>Requests at once, 1 or more.</summary>
    public int Current => Volatile.Read(ref _current);

    /// <summary>Whether response times count.</summary>
    public bool IsAdaptive => _gradient is not null;

    /// <summary>Whether the pool's nodes count.</summary>
    public bool HeedsNodes => _policy.NodeLimit > 0;

    /// <summary>Whether these are the nodes that the limit was drawn up for.</summary>
    public bool Knows(PoolSnapshot view) => ReferenceEquals(view, Volatile.Read(ref _seen));

    /// <summary>Draws the limit up for a pool's nodes: those that take requests, or all, if none does.</summary>
    public void Heed(PoolSnapshot view)
    {
        if (!HeedsNodes)
            return;
        int free = 0, all = 0;
        foreach (Node node in view.Nodes)
        {
            if (!view.Ring.TryGetSlot(node.Id, out _))
                continue;
            all++;
            free += NodeRuntime.Of(node).Obstacles == NodeObstacles.None ? 1 : 0;
        }

        lock (_revising)
        {
            _nodes = Math.Max(1, free > 0 ? free : all);
            Volatile.Write(ref _seen, view);
            Update_NeedsLock();
        }
    }

    /// <summary>Counts a response.</summary>
    public void Took(TimeSpan time, bool isFailure)
    {
        if (isFailure)
        {
            Interlocked.Increment(ref _failures);
            return;
        }

        Interlocked.Add(ref _ticks, time.Ticks);
        Interlocked.Increment(ref _answers);
    }

    /// <summary>Draws conclusions from what was counted.</summary>
    /// <param name="wasFull">Whether the limit was reached since the last call.</param>
    /// <returns>Whether enough was counted; if not, the window goes on.</returns>
    public bool Revise(bool wasFull)
    {
        if (_gradient is null)
            return true;
        lock (_revising)
        {
            int answers = Volatile.Read(ref _answers), failures = Volatile.Read(ref _failures);
            if (answers + failures < LeastSamples)
                return false;
            // What is counted at this moment may fall to either window.
            Interlocked.Add(ref _answers, -answers);
            Interlocked.Add(ref _failures, -failures);
            long ticks = Interlocked.Exchange(ref _ticks, 0);
            if (answers > 0)
                _gradient.Observe(Math.Max(1, ticks) / (double)answers / TimeSpan.TicksPerSecond, wasFull, failures > FailingShare * (answers + failures));
            Update_NeedsLock();
        }

        return true;
    }

    private void Update_NeedsLock()
    {
        long limit = _policy.Limit > 0 ? _policy.Limit : AdmissionPolicy.Most;
        if (_policy.NodeLimit > 0)
            limit = Math.Min(limit, (long)_policy.NodeLimit * _nodes);
        if (_gradient is not null)
            limit = Math.Min(limit, _gradient.Limit);
        Volatile.Write(ref _current, (int)limit);
    }
}
