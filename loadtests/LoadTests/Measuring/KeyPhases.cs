namespace HashBalancer.LoadTests.Measuring;

/// <summary>
/// Which node held each key between the events of a run: for every phase the node that gave the majority of a key's answers, by the
/// vote of Boyer and Moore, so that an answer from elsewhere now and then (a spill, a shared hot key) does not count as a move.
/// </summary>
/// <remarks>Thread-safe. Four bytes for each key and phase; a key with as many answers from two nodes keeps the one of the two that it had.</remarks>
internal sealed class KeyPhases
{
    /// <summary>Answers that belong to no phase: an event is under way.</summary>
    public const int Between = -1;

    // A vote in 32 bits, so that one exchange changes it: the node plus one above, the lead of its answers below.
    private const int LeadBits = 16;
    private const uint MostLead = (1u << LeadBits) - 1;

    private readonly uint[][] _votes;
    private int _current;

    public KeyPhases(int phases, long keyCount) => _votes = [.. Enumerable.Range(0, phases).Select(_ => new uint[keyCount])];

    public int Count => _votes.Length;

    /// <summary>The phase that answers belong to now, or <see cref="Between"/>.</summary>
    public int Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    public void Record(long key, int node)
    {
        int phase = Current;
        if (phase == Between)
            return;
        ref uint vote = ref _votes[phase][key];
        uint seen, next;
        do
        {
            seen = Volatile.Read(ref vote);
            next = Voted(seen, (uint)node + 1);
        }
        while (Interlocked.CompareExchange(ref vote, next, seen) != seen);
    }

    /// <summary>The keys that were answered in both phases, and those of them that changed their node.</summary>
    /// <param name="before">The phase before an event.</param>
    /// <param name="after">The phase after it.</param>
    /// <param name="concerned">The event's own node: a key that left it or came to it moved because of the event. -1 for none.</param>
    public MovedKeys Moved(int before, int after, int concerned)
    {
        long both = 0, moved = 0, strays = 0;
        for (long key = 0; key < _votes[before].Length; key++)
        {
            int from = NodeIn(before, key), to = NodeIn(after, key);
            if (from < 0 || to < 0)
                continue;
            both++;
            if (from == to)
                continue;
            moved++;
            if (from != concerned && to != concerned)
                strays++;
        }

        return new MovedKeys(both, moved, strays);
    }

    private int NodeIn(int phase, long key) => (int)(_votes[phase][key] >> LeadBits) - 1;

    private static uint Voted(uint seen, uint node)
    {
        uint holder = seen >> LeadBits, lead = seen & MostLead;
        return holder == node ? (node << LeadBits) | Math.Min(lead + 1, MostLead)
            : lead == 0 ? (node << LeadBits) | 1
            : (holder << LeadBits) | (lead - 1);
    }
}

/// <summary>What became of keys around an event.</summary>
/// <param name="Keys">Keys that were answered before and after it.</param>
/// <param name="Moved">Those whose node changed.</param>
/// <param name="Strays">Those that moved between two nodes that the event did not concern.</param>
internal sealed record MovedKeys(long Keys, long Moved, long Strays);
