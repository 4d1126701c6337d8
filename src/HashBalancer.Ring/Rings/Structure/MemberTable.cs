namespace HashBalancer.Ring;

/// <summary>The members of a ring by slot and by id.</summary>
/// <remarks>Immutable. A member keeps its slot from table to derived table; a slot that became free goes to the next newcomer.</remarks>
internal sealed class MemberTable
{
    /// <summary>Slots that words and points have room for.</summary>
    public const int MaximumCount = 1_000_000;

    private readonly RingMember?[] _bySlot;
    private readonly Dictionary<string, int> _slotById;

    private MemberTable(RingMember?[] bySlot, Dictionary<string, int> slotById)
    {
        _bySlot = bySlot;
        _slotById = slotById;
        foreach (RingMember? member in bySlot)
        {
            if (member is { Weight: > 0 })
                ServingCount++;
        }
    }

    public static MemberTable Empty { get; } = new([], new Dictionary<string, int>(StringComparer.Ordinal));

    public int Count => _slotById.Count;

    /// <summary>Members with a weight above 0, and so with points.</summary>
    public int ServingCount { get; }

    /// <summary>One above the highest slot in use.</summary>
    public int SlotCount => _bySlot.Length;

    public RingMember? this[int slot] => _bySlot[slot];

    public bool TryGetSlot(string id, out int slot) => _slotById.TryGetValue(id, out slot);

    /// <summary>Derives the table of other members, and what changed; null when nothing did.</summary>
    /// <exception cref="ArgumentException">An id is empty or stands twice, a weight is out of range, or there are too many members.</exception>
    public MemberTable? With(IEnumerable<RingMember> members, List<MemberChange> changes)
    {
        bool[] stays = new bool[_bySlot.Length];
        List<RingMember> newcomers = [];
        int found = 0;
        foreach (RingMember member in members)
        {
            Check(member);
            if (!_slotById.TryGetValue(member.Id, out int slot))
            {
                newcomers.Add(member);
                continue;
            }

            if (stays[slot])
                throw StandsTwice(member.Id);
            stays[slot] = true;
            found++;
            if (_bySlot[slot]!.Value.Weight != member.Weight)
                changes.Add(new MemberChange(slot, member.Id, _bySlot[slot]!.Value.Weight, member.Weight));
        }

        if (newcomers.Count == 0 && changes.Count == 0 && found == Count)
            return null;
        return Derive(stays, found, newcomers, changes);
    }

    private MemberTable Derive(bool[] stays, int staying, List<RingMember> newcomers, List<MemberChange> changes)
    {
        int count = staying + newcomers.Count;
        if (count > MaximumCount)
            throw new ArgumentException($"A ring of {count} members was asked for; at most {MaximumCount} are allowed.");
        var bySlot = new List<RingMember?>(_bySlot);
        Dictionary<string, int> slotById = new(_slotById, StringComparer.Ordinal);
        foreach (MemberChange change in changes)
            bySlot[change.Slot] = new RingMember(change.Id, change.NewWeight);
        for (int slot = 0; slot < stays.Length; slot++)
        {
            if (stays[slot] || bySlot[slot] is not { } gone)
                continue;
            changes.Add(new MemberChange(slot, gone.Id, gone.Weight, 0));
            slotById.Remove(gone.Id);
            bySlot[slot] = null;
        }

        // In order of id, so that slots do not depend on the order in which members were given.
        newcomers.Sort(static (a, b) => ServiceIdOrder.Instance.Compare(a.Id, b.Id));
        int free = 0;
        foreach (RingMember newcomer in newcomers)
        {
            while (free < bySlot.Count && bySlot[free] is not null)
                free++;
            if (!slotById.TryAdd(newcomer.Id, free))
                throw StandsTwice(newcomer.Id);
            changes.Add(new MemberChange(free, newcomer.Id, 0, newcomer.Weight));
            if (free == bySlot.Count)
                bySlot.Add(newcomer);
            else
                bySlot[free] = newcomer;
        }

        while (bySlot.Count > 0 && bySlot[^1] is null)
            bySlot.RemoveAt(bySlot.Count - 1);
        return new MemberTable([.. bySlot], slotById);
    }

    private static void Check(RingMember member)
    {
        if (string.IsNullOrEmpty(member.Id))
            throw new ArgumentException("A ring member has no id.");
        if (member.Weight is not (>= 0 and <= HashRing.MaximumWeight))
            throw new ArgumentException($"Ring member '{member.Id}' has weight {member.Weight}; allowed are 0 to {HashRing.MaximumWeight}.");
    }

    private static ArgumentException StandsTwice(string id) => new($"Ring member '{id}' stands twice.");
}

/// <summary>A member whose points change: a newcomer's earlier and a leaver's later weight is 0.</summary>
internal readonly record struct MemberChange(int Slot, string Id, double OldWeight, double NewWeight);
