using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Filling;

/// <summary>The limits of a <see cref="ProgressiveFilling"/>: what is left of each, how fast it goes, and which group runs out first.</summary>
/// <remarks>
/// What is left is known as of the level at which the group was last looked at. A group whose rates changed announces anew when it
/// runs out; announcements that a later one replaced are skipped when they come up. So an event costs what the groups around one
/// consumer cost, however many groups there are.
/// </remarks>
internal sealed class FillingLimits(int resources)
{
    private readonly PriorityQueue<(int Group, int Version), double> _announced = new();
    private readonly Stack<int> _changed = new();
    private double[] _rates = [];
    private int[] _growing = [];
    private double[] _asOf = [];
    private int[] _versions = [];
    private bool[] _isChanged = [];

    /// <summary>How many groups there are.</summary>
    public int Count { get; private set; }

    /// <summary>The group around a group; -1 for group 0.</summary>
    public int[] Parent { get; private set; } = [];

    /// <summary>The limits, group by group; infinite where there is none.</summary>
    public double[] Limit { get; private set; } = [];

    /// <summary>What is left of them.</summary>
    public double[] Remaining { get; private set; } = [];

    /// <summary>Makes room for groups that have no limits yet.</summary>
    public void Reset(int groups)
    {
        Count = groups;
        Parent = KeptArray.Cleared(Parent, groups, -1);
        Limit = KeptArray.Cleared(Limit, groups * resources, double.PositiveInfinity);
        Remaining = KeptArray.Cleared(Remaining, groups * resources);
        _rates = KeptArray.Cleared(_rates, groups * resources);
        _growing = KeptArray.Cleared(_growing, groups * resources);
        _asOf = KeptArray.Cleared(_asOf, groups);
        _versions = KeptArray.Cleared(_versions, groups);
        _isChanged = KeptArray.Cleared(_isChanged, groups);
    }

    /// <summary>Fills up all limits; nobody grows.</summary>
    public void Start()
    {
        Array.Copy(Limit, Remaining, Count * resources);
        Array.Clear(_rates, 0, Count * resources);
        Array.Clear(_growing, 0, Count * resources);
        Array.Clear(_asOf, 0, Count);
        _announced.Clear();
    }

    /// <summary>Whether a limit has nothing left but rounding.</summary>
    public bool IsUsedUp(int limit) =>
        Remaining[limit] <= Limit[limit] * Shares.Tolerance && !double.IsPositiveInfinity(Limit[limit]);

    /// <summary>Takes an amount from a group and all around it.</summary>
    public void Charge(int group, ReadOnlySpan<double> use, double units)
    {
        for (int g = group; g >= 0; g = Parent[g])
        {
            for (int r = 0; r < use.Length; r++)
                Remaining[(g * resources) + r] -= units * use[r];
        }
    }

    /// <summary>Lets a consumer grow (or stop growing, with -1) at a level.</summary>
    public void Grow(int group, ReadOnlySpan<double> use, double speed, int growers, double level)
    {
        for (int g = group; g >= 0; g = Parent[g])
        {
            Advance(g, level);
            for (int r = 0; r < use.Length; r++)
            {
                if (use[r] <= 0)
                    continue;
                int limit = (g * resources) + r;
                _growing[limit] += growers;

                // Rates are sums of differences: without a grower they must be nothing, not rounding.
                _rates[limit] = _growing[limit] == 0 ? 0 : _rates[limit] + (growers * speed * use[r]);
            }

            if (_isChanged[g])
                continue;
            _isChanged[g] = true;
            _changed.Push(g);
        }
    }

    /// <summary>The group that runs out of something first, and the level at which it does; -1 when none will.</summary>
    public int Next(out double level)
    {
        while (_changed.TryPop(out int changed))
        {
            _isChanged[changed] = false;
            _versions[changed]++;
            if (RunsOutAt(changed, out _) is var at && !double.IsPositiveInfinity(at))
                _announced.Enqueue((changed, _versions[changed]), at);
        }

        while (_announced.TryPeek(out (int Group, int Version) first, out level))
        {
            if (_versions[first.Group] == first.Version)
                return first.Group;
            _announced.Dequeue();
        }

        level = double.PositiveInfinity;
        return -1;
    }

    /// <summary>Marks what a group runs out of first as used up.</summary>
    public void RunOut(int group, double level)
    {
        RunsOutAt(group, out int limit);
        Advance(group, level);
        Remaining[limit] = 0;
    }

    /// <summary>Whether something that a consumer uses is used up in the group itself.</summary>
    public bool IsUsedUp(int group, ReadOnlySpan<double> use)
    {
        for (int r = 0; r < use.Length; r++)
        {
            if (use[r] > 0 && IsUsedUp((group * resources) + r))
                return true;
        }

        return false;
    }

    /// <summary>Whether something that a consumer uses is used up in its group or one around it, at a level.</summary>
    public bool IsUsedUpAround(int group, ReadOnlySpan<double> use, double level)
    {
        for (int g = group; g >= 0; g = Parent[g])
        {
            Advance(g, level);
            if (IsUsedUp(g, use))
                return true;
        }

        return false;
    }

    private double RunsOutAt(int group, out int first)
    {
        double wait = double.PositiveInfinity;
        first = -1;
        for (int limit = group * resources; limit < (group + 1) * resources; limit++)
        {
            if (_growing[limit] == 0)
                continue;
            double time = Math.Max(0, Remaining[limit]) / _rates[limit];
            if (time >= wait)
                continue;
            wait = time;
            first = limit;
        }

        return _asOf[group] + wait;
    }

    private void Advance(int group, double level)
    {
        double by = level - _asOf[group];
        if (by <= 0)
            return;
        _asOf[group] = level;
        for (int limit = group * resources; limit < (group + 1) * resources; limit++)
        {
            if (_growing[limit] > 0)
                Remaining[limit] -= _rates[limit] * by;
        }
    }
}
