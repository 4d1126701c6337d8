namespace HashBalancer.Allocation.Resources;

/// <summary>The named resources that a fleet is made of, in the order they were declared.</summary>
/// <remarks>
/// The order decides nothing but which of two equally dominant resources is named: the first. Names are compared ordinally.
/// Immutable, thread-safe.
/// </remarks>
public sealed class ResourceSet
{
    private readonly string[] _names;

    /// <summary>Declares the resources.</summary>
    /// <param name="names">1 to 16 distinct, non-empty names.</param>
    /// <exception cref="ArgumentException">There is no name, too many, an empty one, or one stands twice.</exception>
    public ResourceSet(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (_names.Length is 0 or > MaximumCount)
            throw new ArgumentException($"A fleet has 1 to {MaximumCount} resources; {_names.Length} are declared.", nameof(names));
        for (int i = 0; i < _names.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(_names[i]))
                throw new ArgumentException($"Resource {i + 1} has no name.", nameof(names));
            if (Array.IndexOf(_names, _names[i]) < i)
                throw new ArgumentException($"Resource '{_names[i]}' stands twice.", nameof(names));
        }
    }

    /// <summary>The largest number of resources: policies look at every resource of every pool, so their cost grows with it.</summary>
    public const int MaximumCount = 16;

    /// <summary>How many resources there are.</summary>
    public int Count => _names.Length;

    /// <summary>The names in declared order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The position of a resource, or -1 when it is unknown.</summary>
    public int IndexOf(string name)
    {
        // For a handful of short names a look at each is quicker than a hash.
        for (int i = 0; i < _names.Length; i++)
        {
            if (string.Equals(_names[i], name))
                return i;
        }

        return -1;
    }

    /// <summary>A vector over these resources; resources left out are 0.</summary>
    /// <exception cref="ArgumentException">A name is unknown or stands twice, or a quantity is out of range (see <see cref="Quantity"/>).</exception>
    public ResourceVector Vector(params IEnumerable<(string Resource, decimal Quantity)> quantities) => ResourceVector.Of(this, quantities);
}
