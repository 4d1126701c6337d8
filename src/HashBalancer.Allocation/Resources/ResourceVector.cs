namespace HashBalancer.Allocation.Resources;

/// <summary>An amount of every resource of a <see cref="ResourceSet"/>.</summary>
/// <remarks>
/// <para>Comparison is exact and partial: <see cref="FitsIn"/> asks for at most the other's amount of every resource, equality for
/// the same amount of every resource. Two vectors of which neither fits in the other have no order; policies that need one use
/// the dominant share.</para>
/// <para>Both operands of every operation must be over the same set. Immutable, thread-safe; operations allocate one vector.</para>
/// </remarks>
public sealed class ResourceVector : IEquatable<ResourceVector>
{
    private readonly long[] _thousandths;

    internal ResourceVector(ResourceSet resources, long[] thousandths)
    {
        Resources = resources;
        _thousandths = thousandths;
    }

    /// <summary>The resources this vector is over.</summary>
    public ResourceSet Resources { get; }

    /// <summary>The amount of a resource.</summary>
    /// <exception cref="KeyNotFoundException">The resource is unknown.</exception>
    public decimal this[string resource] => Resources.IndexOf(resource) is >= 0 and int index
        ? Quantity.FromThousandths(_thousandths[index])
        : throw new KeyNotFoundException($"Resource '{resource}' is unknown; known are {string.Join(", ", Resources.Names)}.");

    /// <summary>Whether every amount is 0.</summary>
    public bool IsZero => !_thousandths.AsSpan().ContainsAnyExcept(0);

    internal ReadOnlySpan<long> Thousandths => _thousandths;

    /// <summary>Whether this is at most the other, resource by resource.</summary>
    public bool FitsIn(ResourceVector other)
    {
        ReadOnlySpan<long> limit = OperandOf(other);
        for (int r = 0; r < _thousandths.Length; r++)
        {
            if (_thousandths[r] > limit[r])
                return false;
        }

        return true;
    }

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">A sum is above <see cref="Quantity.Maximum"/>.</exception>
    public ResourceVector Plus(ResourceVector other)
    {
        ReadOnlySpan<long> operand = OperandOf(other);
        long[] sum = new long[_thousandths.Length];
        for (int r = 0; r < sum.Length; r++)
            sum[r] = checked(_thousandths[r] + operand[r]);
        return new ResourceVector(Resources, sum);
    }

    /// <summary>The difference.</summary>
    /// <exception cref="ArgumentException">The other does not fit in this.</exception>
    public ResourceVector Minus(ResourceVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!other.FitsIn(this))
            throw new ArgumentException($"{other} does not fit in {this}.", nameof(other));
        long[] difference = new long[_thousandths.Length];
        for (int r = 0; r < difference.Length; r++)
            difference[r] = _thousandths[r] - other._thousandths[r];
        return new ResourceVector(Resources, difference);
    }

    /// <summary>This vector a whole number of times.</summary>
    /// <param name="times">0 or more.</param>
    /// <exception cref="OverflowException">An amount is above <see cref="Quantity.Maximum"/>.</exception>
    public ResourceVector Times(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        return new ResourceVector(Resources, Array.ConvertAll(_thousandths, q => checked(q * times)));
    }

    /// <summary>The largest fraction of a total that this vector takes: max over resources of amount / total.</summary>
    /// <param name="total">What there is. An amount of a resource with a total of 0 is an infinite share.</param>
    /// <param name="resource">The index of the dominant resource, the first of equal ones; -1 when this vector is zero.</param>
    public double DominantShareOf(ResourceVector total, out int resource)
    {
        ReadOnlySpan<long> whole = OperandOf(total);
        double largest = 0;
        resource = -1;
        for (int r = 0; r < _thousandths.Length; r++)
        {
            if (_thousandths[r] == 0)
                continue;
            double share = (double)_thousandths[r] / whole[r];
            if (resource >= 0 && Shares.Compare(share, largest) <= 0)
                continue;
            largest = share;
            resource = r;
        }

        return largest;
    }

    /// <inheritdoc/>
    public bool Equals(ResourceVector? other) =>
        other is not null && Resources == other.Resources && _thousandths.AsSpan().SequenceEqual(other._thousandths);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ResourceVector);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (long quantity in _thousandths)
            hash.Add(quantity);
        return hash.ToHashCode();
    }

    /// <summary>The amounts that are not 0, such as <c>cpu 2, memory 0.5</c>.</summary>
    public override string ToString() => IsZero
        ? "nothing"
        : string.Join(", ", Resources.Names.Where((_, r) => _thousandths[r] != 0).Select(name => $"{name} {this[name]}"));

    internal static ResourceVector Of(ResourceSet resources, IEnumerable<(string Resource, decimal Quantity)> quantities)
    {
        ArgumentNullException.ThrowIfNull(quantities);
        long[] thousandths = new long[resources.Count];
        bool[] given = new bool[resources.Count];
        foreach ((string resource, decimal quantity) in quantities)
        {
            int index = resources.IndexOf(resource);
            if (index < 0)
                throw new ArgumentException($"Resource '{resource}' is unknown; known are {string.Join(", ", resources.Names)}.", nameof(quantities));
            if (given[index])
                throw new ArgumentException($"Resource '{resource}' stands twice.", nameof(quantities));
            if (!Quantity.IsValid(quantity))
                throw new ArgumentException($"Resource '{resource}' has {quantity}; allowed are 0 to {Quantity.Maximum} with at most three decimals.", nameof(quantities));
            thousandths[index] = Quantity.ToThousandths(quantity);
            given[index] = true;
        }

        return new ResourceVector(resources, thousandths);
    }

    private ReadOnlySpan<long> OperandOf(ResourceVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Resources == other.Resources
            ? other._thousandths
            : throw new ArgumentException("The vectors are over different resource sets.", nameof(other));
    }
}
