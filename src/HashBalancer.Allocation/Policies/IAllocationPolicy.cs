namespace HashBalancer.Allocation.Policies;

/// <summary>Divides what a parent pool has among its children.</summary>
/// <remarks>
/// Implementations keep no state, are thread-safe and deterministic: the children come ordered by name, whatever the order was in which
/// they were declared.
/// </remarks>
public interface IAllocationPolicy
{
    /// <summary>The name by which pools refer to it, unique in a <see cref="PolicyCatalog"/>.</summary>
    string Name { get; }

    /// <summary>Whether capacity that its children could use never stays idle. False keeps leftovers away from them.</summary>
    bool WorkConserving { get; }

    /// <summary>Raises the shares of the children, which start at their floors, up to what they want.</summary>
    /// <param name="level">
    /// The children. Afterwards every share lies between floor and wanted, and together they are at most the capacity; the solver
    /// refuses anything else.
    /// </param>
    void Divide(PolicyLevel level);
}
