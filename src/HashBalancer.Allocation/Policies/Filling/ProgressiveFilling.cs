namespace HashBalancer.Allocation.Policies.Filling;

/// <summary>
/// Water rises in many vessels at once: consumer i holds clamp(speed_i × t, floor_i, ceiling_i), and t grows until every
/// consumer has reached its ceiling or uses a resource that is used up.
/// </summary>
/// <remarks>
/// <para>With one resource and speed = weight this is weighted max-min fairness (Bertsekas and Gallager, "Data Networks", 6.5.2);
/// with speed = weight / dominant share of one unit it is weighted Dominant Resource Fairness (Ghodsi et al., NSDI 2011, and for
/// zero demands Parkes, Procaccia and Shah, EC 2012: who does not touch the used-up resource goes on).</para>
/// <para>Limits may be nested: a consumer belongs to a group, a group to another, up to group 0; its use counts against every
/// group above it. The result is Pareto-efficient whatever the floors are.</para>
/// <para>Cost: O(n log n) for the order of events, O(n × depth × resources) to follow them, and O(members) for everything a group
/// runs out of. Not thread-safe; buffers are reused, so that a solver that runs every second leaves little garbage behind.</para>
/// </remarks>
internal sealed class ProgressiveFilling(int resources)
{
    private const int None = -1;

    private readonly FillingLimits _limits = new(resources);
    private double[] _eventTimes = [];
    private int[] _eventConsumers = [];
    private Phase[] _phases = [];
    private int[] _firstMember = [];
    private int[] _nextMember = [];
    private int[] _firstInner = [];
    private int[] _nextInner = [];
    private double _level;

    private enum Phase : byte { Waiting, Growing, Still }

    /// <summary>How many consumers there are.</summary>
    public int Count { get; private set; }

    /// <summary>What one unit of a consumer uses, resource by resource.</summary>
    public double[] Use { get; private set; } = [];

    /// <summary>Units per level; 0 never grows.</summary>
    public double[] Speed { get; private set; } = [];

    /// <summary>What a consumer holds whatever the level. The floors together must fit in the limits.</summary>
    public double[] Floor { get; private set; } = [];

    /// <summary>What a consumer never exceeds, at least its floor; may be infinite.</summary>
    public double[] Ceiling { get; private set; } = [];

    /// <summary>Whether floors use up limits as growth does; false when the limits are what floors leave. Default true.</summary>
    public bool FloorsAreCharged { get; set; } = true;

    /// <summary>The innermost group of a consumer.</summary>
    public int[] Group { get; private set; } = [];

    /// <summary>The result.</summary>
    public double[] Units { get; private set; } = [];

    /// <summary>The group around a group, which has a smaller number; -1 for group 0.</summary>
    public int[] GroupParent => _limits.Parent;

    /// <summary>The limits, group by group; infinite where there is none.</summary>
    public double[] Limit => _limits.Limit;

    /// <summary>What is left of the limits after <see cref="Run"/>.</summary>
    public double[] Remaining => _limits.Remaining;

    /// <summary>Makes room for a problem and clears it: speeds and floors 0, ceilings and limits infinite, all in group 0.</summary>
    public void Reset(int consumers, int groups = 1)
    {
        Count = consumers;
        Use = KeptArray.Cleared(Use, consumers * resources);
        Speed = KeptArray.Cleared(Speed, consumers);
        Floor = KeptArray.Cleared(Floor, consumers);
        Ceiling = KeptArray.Cleared(Ceiling, consumers, double.PositiveInfinity);
        Group = KeptArray.Cleared(Group, consumers);
        Units = KeptArray.Cleared(Units, consumers);
        _phases = KeptArray.Cleared(_phases, consumers);
        _limits.Reset(groups);
        FloorsAreCharged = true;
    }

    /// <summary>Whether a limit has nothing left but rounding.</summary>
    public bool IsUsedUp(int limit) => _limits.IsUsedUp(limit);

    /// <summary>Fills until nobody can grow; writes <see cref="Units"/> and <see cref="Remaining"/>.</summary>
    public void Run()
    {
        _limits.Start();
        _level = 0;
        for (int i = 0; i < Count; i++)
        {
            Units[i] = Floor[i];
            if (Floor[i] > 0 && FloorsAreCharged)
                _limits.Charge(Group[i], UseOf(i), Floor[i]);
        }

        LinkMembers();
        int events = OrderEvents();
        for (int next = 0; ;)
        {
            double eventTime = next < events ? _eventTimes[next] : double.PositiveInfinity;
            int group = _limits.Next(out double runsOut);
            if (group < 0 && next == events)
                return;
            if (group >= 0 && runsOut <= eventTime)
            {
                _level = Math.Max(_level, runsOut);
                _limits.RunOut(group, _level);
                StopMembers(group, group);
            }
            else
            {
                _level = eventTime;
                Turn(_eventConsumers[next++]);
            }
        }
    }

    /// <summary>A second run for those of weight 0, on what the others left; their speed becomes what one of weight 1 has.</summary>
    /// <param name="speedOfOne">Units per level of a consumer of weight 1.</param>
    public void RunForZeroWeights(Func<int, double> speedOfOne)
    {
        bool any = false;
        for (int i = 0; i < Count; i++)
        {
            any |= Speed[i] == 0 && Ceiling[i] > Floor[i];
            Floor[i] = Units[i];
            Speed[i] = Speed[i] == 0 ? speedOfOne(i) : 0;
        }

        if (!any)
            return;

        // What the first run used stays used, whether or not the limits count floors.
        for (int limit = 0; limit < _limits.Count * resources; limit++)
            Limit[limit] = IsUsedUp(limit) ? 0 : Remaining[limit];
        FloorsAreCharged = false;
        Run();
    }

    private ReadOnlySpan<double> UseOf(int consumer) => Use.AsSpan(consumer * resources, resources);

    /// <summary>A consumer starts to grow when the level reaches its floor and stops at its ceiling.</summary>
    private int OrderEvents()
    {
        if (_eventTimes.Length < 2 * Count)
        {
            _eventTimes = new double[2 * Count];
            _eventConsumers = new int[2 * Count];
        }

        int events = 0;
        for (int i = 0; i < Count; i++)
        {
            _phases[i] = Phase.Waiting;
            if (Speed[i] <= 0 || Ceiling[i] <= Floor[i])
                continue;
            Add(Floor[i] / Speed[i], i);
            if (!double.IsPositiveInfinity(Ceiling[i]))
                Add(Ceiling[i] / Speed[i], i);
        }

        Array.Sort(_eventTimes, _eventConsumers, 0, events);
        return events;

        void Add(double time, int consumer)
        {
            _eventTimes[events] = time;
            _eventConsumers[events++] = consumer;
        }
    }

    private void Turn(int consumer)
    {
        if (_phases[consumer] == Phase.Growing)
        {
            Stop(consumer, Ceiling[consumer]);
        }
        else if (_phases[consumer] == Phase.Waiting)
        {
            // Who would grow on what is used up stays at its floor.
            bool stays = _limits.IsUsedUpAround(Group[consumer], UseOf(consumer), _level);
            _phases[consumer] = stays ? Phase.Still : Phase.Growing;
            if (!stays)
                _limits.Grow(Group[consumer], UseOf(consumer), Speed[consumer], 1, _level);
        }
    }

    private void Stop(int consumer, double units)
    {
        _phases[consumer] = Phase.Still;
        Units[consumer] = units;
        _limits.Grow(Group[consumer], UseOf(consumer), Speed[consumer], -1, _level);
    }

    /// <summary>Stops everybody in a group and those within it who uses what the outermost of them ran out of.</summary>
    private void StopMembers(int group, int ranOut)
    {
        for (int i = _firstMember[group]; i >= 0; i = _nextMember[i])
        {
            if (_phases[i] == Phase.Growing && _limits.IsUsedUp(ranOut, UseOf(i)))
                Stop(i, Math.Clamp(Speed[i] * _level, Floor[i], Ceiling[i]));
        }

        for (int inner = _firstInner[group]; inner >= 0; inner = _nextInner[inner])
            StopMembers(inner, ranOut);
    }

    private void LinkMembers()
    {
        _firstMember = KeptArray.Cleared(_firstMember, _limits.Count, None);
        _firstInner = KeptArray.Cleared(_firstInner, _limits.Count, None);
        _nextInner = KeptArray.Cleared(_nextInner, _limits.Count, None);
        _nextMember = KeptArray.Cleared(_nextMember, Count, None);
        for (int i = Count - 1; i >= 0; i--)
            (_nextMember[i], _firstMember[Group[i]]) = (_firstMember[Group[i]], i);
        for (int group = _limits.Count - 1; group > 0; group--)
            (_nextInner[group], _firstInner[GroupParent[group]]) = (_firstInner[GroupParent[group]], group);
    }
}
