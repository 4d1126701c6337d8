using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Admission;

/// <summary>Decides which waiting request is let in next, by the sharing policies at the scale of milliseconds.</summary>
/// <remarks>
/// <para>Every class is first come, first served inside. Between classes the order decides; ties go to the higher priority, the earlier
/// arrival, the smaller id. A class whose head does not fit, in the whole or in its maximum, is passed over, except under
/// <see cref="AdmissionOrder.Fifo"/>.</para>
/// <para>A decision looks at every waiting class: O(classes × resources), no allocation. A heap would be slower where it matters: at
/// saturation every completion makes all heads candidates again. Not thread-safe.</para>
/// </remarks>
public sealed class AdmissionQueue
{
    private readonly AdmissionOrder _order;
    private readonly double _ageing;
    private readonly AdmissionClass[] _classes;
    private readonly Queue<AdmissionRequest>[] _waiting;
    private readonly int _resources;
    private readonly long[] _capacity;
    private readonly long[] _free;
    private readonly long[] _room;
    private readonly long[] _inFlight;
    private readonly double[] _keys;

    /// <summary>An empty queue.</summary>
    /// <param name="order">Which class goes next.</param>
    /// <param name="capacity">What may be in flight together.</param>
    /// <param name="classes">The classes, addressed by their index from here on.</param>
    /// <param name="ageing">Under <see cref="AdmissionOrder.Priority"/>, the waiting time, in the arrivals' unit, that counts as one step of
    /// priority, so that a low class is not starved for ever; 0: waiting counts for nothing.</param>
    /// <exception cref="ArgumentException">A class has a weight, guarantee or maximum out of range.</exception>
    public AdmissionQueue(AdmissionOrder order, ResourceVector capacity, IReadOnlyList<AdmissionClass> classes, long ageing = 0)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfNegative(ageing);
        _order = order;
        _ageing = ageing;
        _classes = [.. classes];
        _waiting = [.. classes.Select(_ => new Queue<AdmissionRequest>())];
        _resources = capacity.Resources.Count;
        _capacity = capacity.Thousandths.ToArray();
        _free = [.. _capacity];
        _room = new long[_classes.Length * _resources];
        _inFlight = new long[_classes.Length * _resources];
        _keys = new double[_classes.Length];
        for (int c = 0; c < _classes.Length; c++)
        {
            AdmissionClass cls = _classes[c];
            if (!(cls.Weight > 0 && cls.Guaranteed is >= 0 and <= 1))
                throw new ArgumentException($"Class '{cls.Name}' has weight {cls.Weight} and guarantee {cls.Guaranteed}; allowed are a weight above 0 and a guarantee of 0 to 1.", nameof(classes));
            for (int r = 0; r < _resources; r++)
                _room[(c * _resources) + r] = cls.Maximum.TryGetValue(capacity.Resources.Names[r], out decimal maximum) ? Quantity.ToThousandths(maximum) : long.MaxValue;
            UpdateKey(c);
        }
    }

    /// <summary>How many requests wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many requests of a class wait.</summary>
    public int WaitingIn(int classIndex) => _waiting[classIndex].Count;

    /// <summary>Adds a request at the end of its class.</summary>
    public void Enqueue(int classIndex, in AdmissionRequest request)
    {
        _waiting[classIndex].Enqueue(request);
        Waiting++;
    }

    /// <summary>Lets the next request in, if one fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The index of its class, or -1 when nobody is let in.</returns>
    public int TryAdmit(out AdmissionRequest request)
    {
        int best = -1;
        for (int c = 0; Waiting > 0 && c < _waiting.Length; c++)
        {
            if (_waiting[c].Count > 0 && (best < 0 || GoesBefore(c, best)) && (_order == AdmissionOrder.Fifo || Fits(c)))
                best = c;
        }

        if (best < 0 || !Fits(best))
        {
            request = default;
            return -1;
        }

        request = _waiting[best].Dequeue();
        Waiting--;
        Book(best, request.Cost, 1);
        return best;
    }

    /// <summary>Drops the request at the head of a class, which gave up waiting.</summary>
    /// <exception cref="InvalidOperationException">None waits there.</exception>
    public void Discard(int classIndex)
    {
        _waiting[classIndex].Dequeue();
        Waiting--;
    }

    /// <summary>Gives back what a request took.</summary>
    public void Complete(int classIndex, ResourceVector cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        Book(classIndex, cost, -1);
    }

    private void Book(int cls, ResourceVector cost, int sign)
    {
        ReadOnlySpan<long> amounts = cost.Thousandths;
        for (int r = 0; r < _resources; r++)
        {
            _free[r] -= sign * amounts[r];
            _inFlight[(cls * _resources) + r] += sign * amounts[r];
        }

        UpdateKey(cls);
    }

    private void UpdateKey(int cls)
    {
        double share = 0;
        for (int r = 0; r < _resources; r++)
        {
            long held = _inFlight[(cls * _resources) + r];
            if (held > 0)
                share = Math.Max(share, (double)held / _capacity[r]);
        }

        _keys[cls] = _order switch
        {
            AdmissionOrder.Fair => share / _classes[cls].Weight,
            AdmissionOrder.Capacity => _classes[cls].Guaranteed > 0 ? share / _classes[cls].Guaranteed : double.PositiveInfinity,
            _ => 0,
        };
    }

    private bool GoesBefore(int a, int b)
    {
        int order = Shares.Compare(_keys[a], _keys[b]);
        if (order == 0 && _order == AdmissionOrder.Priority && _ageing > 0)
        {
            // Both wait until the same now, so it cancels out: what counts is who came earlier by how many steps.
            order = (_classes[b].Priority - (Head(b).Arrival / _ageing)).CompareTo(_classes[a].Priority - (Head(a).Arrival / _ageing));
        }
        else if (order == 0 && _order != AdmissionOrder.Fifo)
        {
            order = _classes[b].Priority.CompareTo(_classes[a].Priority);
        }

        if (order != 0)
            return order < 0;
        AdmissionRequest left = Head(a), right = Head(b);
        return left.Arrival != right.Arrival ? left.Arrival < right.Arrival : string.CompareOrdinal(left.Id, right.Id) < 0;
    }

    private bool Fits(int cls)
    {
        ReadOnlySpan<long> cost = Head(cls).Cost.Thousandths;
        for (int r = 0; r < _resources; r++)
        {
            if (cost[r] > _free[r] || cost[r] > _room[(cls * _resources) + r] - _inFlight[(cls * _resources) + r])
                return false;
        }

        return true;
    }

    private AdmissionRequest Head(int cls) => _waiting[cls].Peek();
}
