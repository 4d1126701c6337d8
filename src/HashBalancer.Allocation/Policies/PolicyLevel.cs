using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies;

/// <summary>One level of the pool tree while a policy divides it. All amounts are in thousandths of a unit, resource by resource.</summary>
public readonly ref struct PolicyLevel
{
    private readonly ReadOnlySpan<string> _names;
    private readonly ReadOnlySpan<double> _weights;
    private readonly ReadOnlySpan<int> _priorities;
    private readonly ReadOnlySpan<long> _submitted;
    private readonly ReadOnlySpan<double> _floors;
    private readonly ReadOnlySpan<double> _wanted;
    private readonly ReadOnlySpan<double> _guaranteed;
    private readonly Span<double> _shares;

    internal PolicyLevel(LevelInputs inputs, ReadOnlySpan<double> total, ReadOnlySpan<double> capacity, int first, int count, PolicyScratch scratch)
    {
        int resources = total.Length;
        Total = total;
        Capacity = capacity;
        Count = count;
        Scratch = scratch;
        _names = inputs.Names.AsSpan(first, count);
        _weights = inputs.Weights.AsSpan(first, count);
        _priorities = inputs.Priorities.AsSpan(first, count);
        _submitted = inputs.Submitted.AsSpan(first, count);
        _floors = inputs.Floors.AsSpan(first * resources, count * resources);
        _wanted = inputs.Wanted.AsSpan(first * resources, count * resources);
        _guaranteed = inputs.Guaranteed.AsSpan(first * resources, count * resources);
        _shares = inputs.Shares.AsSpan(first * resources, count * resources);
    }

    /// <summary>How many children there are.</summary>
    public int Count { get; }

    /// <summary>How many resources there are.</summary>
    public int Resources => Total.Length;

    /// <summary>What the whole available fleet has: what dominant shares refer to.</summary>
    public ReadOnlySpan<double> Total { get; }

    /// <summary>What the parent has to divide, floors included.</summary>
    public ReadOnlySpan<double> Capacity { get; }

    /// <summary>Buffers that policies of the library reuse.</summary>
    internal PolicyScratch Scratch { get; }

    /// <summary>The weights of the children, 0 or more.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>The priorities of the children; the higher is served first.</summary>
    public ReadOnlySpan<int> Priorities => _priorities;

    /// <summary>When the children were submitted; the smaller is served first.</summary>
    public ReadOnlySpan<long> Submitted => _submitted;

    /// <summary>The name of a child.</summary>
    public string NameOf(int child) => _names[child];

    /// <summary>What a child has in any case; all floors together fit in the capacity.</summary>
    public ReadOnlySpan<double> FloorOf(int child) => _floors.Slice(child * Resources, Resources);

    /// <summary>What a child can use at most, its maximum counted.</summary>
    public ReadOnlySpan<double> WantedBy(int child) => _wanted.Slice(child * Resources, Resources);

    /// <summary>What a child is guaranteed, whether it wants it or not.</summary>
    public ReadOnlySpan<double> GuaranteedTo(int child) => _guaranteed.Slice(child * Resources, Resources);

    /// <summary>What a child gets: the result.</summary>
    public Span<double> ShareOf(int child) => _shares.Slice(child * Resources, Resources);
}

/// <summary>The arrays behind all levels of a tree; the children of a pool stand side by side.</summary>
internal sealed record LevelInputs(string[] Names, double[] Weights, int[] Priorities, long[] Submitted, double[] Floors, double[] Wanted, double[] Guaranteed, double[] Shares);

/// <summary>Buffers of one solver.</summary>
internal sealed class PolicyScratch(int resources)
{
    private double[] _numbers = [];
    private int[] _order = [];

    /// <summary>Filling over one resource.</summary>
    public ProgressiveFilling Single { get; } = new(resources: 1);

    /// <summary>Filling over all resources.</summary>
    public ProgressiveFilling Vector { get; } = new(resources);

    /// <summary>At least so many numbers with any content.</summary>
    public Span<double> Numbers(int count)
    {
        if (_numbers.Length < count)
            _numbers = new double[count];
        return _numbers.AsSpan(0, count);
    }

    /// <summary>The numbers 0 to <paramref name="count"/> − 1.</summary>
    public Span<int> Order(int count)
    {
        if (_order.Length < count)
            _order = new int[count];
        for (int i = 0; i < count; i++)
            _order[i] = i;
        return _order.AsSpan(0, count);
    }
}
