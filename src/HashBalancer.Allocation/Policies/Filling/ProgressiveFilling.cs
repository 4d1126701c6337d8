using HashBalancer.Allocation.Resources;

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
/// <para>Cost: O(n log n) for the order of events plus O(n × limits) to follow them. Not thread-safe; buffers are reused, so that
/// a solver that runs every second leaves no garbage behind.</para>
/// </remarks>
internal sealed class ProgressiveFilling(int resources)
{
    private double[] _rates = [];
    private int[] _growing = [];
    private double[] _eventTimes = [];
    private int[] _eventConsumers = [];
    private Phase[] _phases = [];
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

    /// <summary>The group around a group; -1 for group 0.</summary>
    public int[] GroupParent { get; private set; } = [];

    /// <summary>The limits, group by group; infinite where there is none.</summary>
    public double[] Limit { get; private set; } = [];

    /// <summary>What is left of the limits after <see cref="Run"/>.</summary>
    public double[] Remaining { get; private set; } = [];

    /// <summary>Makes room for a problem and clears it: speeds and floors 0, ceilings and limits infinite, all in group 0.</summary>
    public void Reset(int consumers, int groups = 1)
    {
        Count = consumers;
        Use = Cleared(Use, consumers * resources);
        Speed = Cleared(Speed, consumers);
        Floor = Cleared(Floor, consumers);
        Ceiling = Cleared(Ceiling, consumers, double.PositiveInfinity);
        Group = Cleared(Group, consumers);
        Units = Cleared(Units, consumers);
        GroupParent = Cleared(GroupParent, groups, -1);
        Limit = Cleared(Limit, groups * resources, double.PositiveInfinity);
        Remaining = Cleared(Remaining, groups * resources);
        _rates = Cleared(_rates, groups * resources);
        _growing = Cleared(_growing, groups * resources);
        _phases = Cleared(_phases, consumers);
        FloorsAreCharged = true;
        GroupCount = groups;
    }

    private int GroupCount { get; set; }

    /// <summary>Whether a limit has nothing left but rounding.</summary>
    public bool IsUsedUp(int limit) =>
        Remaining[limit] <= Limit[limit] * Shares.Tolerance && !double.IsPositiveInfinity(Limit[limit]);

    /// <summary>Fills until nobody can grow; writes <see cref="Units"/> and <see cref="Remaining"/>.</summary>
    public void Run()
    {
        int limits = GroupCount * resources;
        Array.Copy(Limit, Remaining, limits);
        Array.Clear(_rates, 0, limits);
        Array.Clear(_growing, 0, limits);
        _level = 0;
        for (int i = 0; i < Count; i++)
        {
            Units[i] = Floor[i];
            if (Floor[i] > 0 && FloorsAreCharged)
                Charge(i, Floor[i]);
        }

        int events = OrderEvents();
        for (int next = 0; ;)
        {
            double eventTime = next < events ? _eventTimes[next] : double.PositiveInfinity;
            int limit = FirstToRunOut(limits, out double wait);
            if (double.IsPositiveInfinity(eventTime) && limit < 0)
                return;
            if (limit >= 0 && _level + wait <= eventTime)
            {
                Rise(limits, wait, _level + wait);
                Remaining[limit] = 0;
                StopUsersOf(limits);
            }
            else
            {
                Rise(limits, eventTime - _level, eventTime);
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
        for (int limit = 0; limit < GroupCount * resources; limit++)
            Limit[limit] = IsUsedUp(limit) ? 0 : Remaining[limit];
        FloorsAreCharged = false;
        Run();
    }

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
            // Who would grow on what is used up stays at its floor; asking here spares a look at everybody else.
            bool stays = UsesWhatIsUsedUp(consumer);
            _phases[consumer] = stays ? Phase.Still : Phase.Growing;
            if (!stays)
                AddRate(consumer, Speed[consumer], 1);
        }
    }

    private void Stop(int consumer, double units)
    {
        _phases[consumer] = Phase.Still;
        Units[consumer] = units;
        AddRate(consumer, -Speed[consumer], -1);
    }

    private int FirstToRunOut(int limits, out double wait)
    {
        int first = -1;
        wait = double.PositiveInfinity;
        for (int limit = 0; limit < limits; limit++)
        {
            if (_growing[limit] == 0)
                continue;
            double time = Math.Max(0, Remaining[limit]) / _rates[limit];
            if (time >= wait)
                continue;
            wait = time;
            first = limit;
        }

        return first;
    }

    private void Rise(int limits, double by, double to)
    {
        for (int limit = 0; limit < limits; limit++)
        {
            if (_growing[limit] > 0)
                Remaining[limit] -= _rates[limit] * by;
        }

        _level = to;
    }

    private void StopUsersOf(int limits)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_phases[i] == Phase.Growing && UsesWhatIsUsedUp(i))
                Stop(i, Math.Clamp(Speed[i] * _level, Floor[i], Ceiling[i]));
        }

        // Rates are sums of differences: without a grower they must be nothing, not rounding.
        for (int limit = 0; limit < limits; limit++)
        {
            if (_growing[limit] == 0)
                _rates[limit] = 0;
        }
    }

    private bool UsesWhatIsUsedUp(int consumer)
    {
        for (int group = Group[consumer]; group >= 0; group = GroupParent[group])
        {
            for (int r = 0; r < resources; r++)
            {
                if (Use[(consumer * resources) + r] > 0 && IsUsedUp((group * resources) + r))
                    return true;
            }
        }

        return false;
    }

    private void Charge(int consumer, double units)
    {
        for (int group = Group[consumer]; group >= 0; group = GroupParent[group])
        {
            for (int r = 0; r < resources; r++)
                Remaining[(group * resources) + r] -= units * Use[(consumer * resources) + r];
        }
    }

    private void AddRate(int consumer, double speed, int growers)
    {
        for (int group = Group[consumer]; group >= 0; group = GroupParent[group])
        {
            for (int r = 0; r < resources; r++)
            {
                double use = Use[(consumer * resources) + r];
                if (use <= 0)
                    continue;
                _rates[(group * resources) + r] += speed * use;
                _growing[(group * resources) + r] += growers;
            }
        }
    }

    private static T[] Cleared<T>(T[] buffer, int length, T value = default!)
    {
        if (buffer.Length < length)
            buffer = new T[length];
        buffer.AsSpan(0, length).Fill(value);
        return buffer;
    }
}
