using System.Globalization;

namespace HashBalancer.Proxy;

/// <summary>What one request met on its way through the proxy; kept only where somebody asked for it.</summary>
/// <remarks>Written by the request; read when it has ended. Tries of one request may run side by side: adding them takes a short lock.</remarks>
public sealed class RequestRecord
{
    private readonly Lock _gate = new();
    private readonly List<TryRecord> _tries = [];

    internal RequestRecord() { }

    /// <summary>The pool that served it.</summary>
    public string? Pool { get; internal set; }

    /// <summary>The hash of its key; null: it has none, or never came so far.</summary>
    public ulong? Hash { get; internal set; }

    /// <summary>Why its first node was chosen, as <c>hashbalancer_selections_total</c> has it; null: it never came so far.</summary>
    public string? Reason { get; internal set; }

    /// <summary>The snapshot that it went by.</summary>
    public long SnapshotVersion { get; internal set; }

    /// <summary>How long it waited to be let in.</summary>
    public TimeSpan Admission { get; internal set; }

    /// <summary>How long it took to find its key and choose a node.</summary>
    public TimeSpan Selection { get; internal set; }

    /// <summary>How long it waited for its key's node.</summary>
    public TimeSpan Wait { get; internal set; }

    /// <summary>How long it took from its pool's first look at it to its end.</summary>
    public TimeSpan Total { get; internal set; }

    /// <summary>Its tries, in order of their beginnings.</summary>
    public IReadOnlyList<TryRecord> Tries
    {
        get
        {
            lock (_gate)
                return [.. _tries];
        }
    }

    /// <summary>The node that answered last; null when none was tried.</summary>
    public string? Node
    {
        get
        {
            lock (_gate)
                return _tries.Count == 0 ? null : _tries[^1].Node;
        }
    }

    /// <summary>How many nodes it was sent to.</summary>
    public int TryCount
    {
        get
        {
            lock (_gate)
                return _tries.Count;
        }
    }

    /// <summary>The hash as explanations have it.</summary>
    public string? HashText => Hash?.ToString("x16", CultureInfo.InvariantCulture);

    internal int Begin(TryRecord begun)
    {
        lock (_gate)
        {
            _tries.Add(begun);
            return _tries.Count;
        }
    }

    internal void End(int number, TimeSpan took, string outcome, string? error)
    {
        lock (_gate)
            _tries[number - 1] = _tries[number - 1] with { Took = took, Outcome = outcome, Error = error };
    }
}

/// <summary>One try of a request.</summary>
/// <param name="Node">The ServiceID of the node.</param>
/// <param name="Reason">Why that one.</param>
/// <param name="After">When it began, after the pool's first look at the request.</param>
/// <param name="Took">How long it took; zero while it runs.</param>
/// <param name="Outcome">The class of the node's status; failed or canceled without one; empty while it runs.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record TryRecord(string Node, string Reason, TimeSpan After, TimeSpan Took, string Outcome, string? Error);
