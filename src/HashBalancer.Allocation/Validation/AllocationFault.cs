namespace HashBalancer.Allocation.Validation;

/// <summary>Something wrong with a specification.</summary>
/// <param name="Subject">What it is about: <c>pool 'items'</c>, <c>node 'n1'</c>, <c>fleet</c>.</param>
/// <param name="Field">The field, such as <c>Maximum.cpu</c>.</param>
/// <param name="Message">The value, and what is allowed.</param>
public sealed record AllocationFault(string Subject, string Field, string Message)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{Subject}: {Field}: {Message}";
}

/// <summary>A specification was refused; nothing of it was taken over.</summary>
public sealed class AllocationSpecException : Exception
{
    /// <summary>Refuses with all faults at once.</summary>
    public AllocationSpecException(IReadOnlyList<AllocationFault> faults)
        : base($"The allocation has {faults?.Count} fault(s):{Environment.NewLine}{string.Join(Environment.NewLine, faults ?? [])}") =>
        Faults = faults ?? [];

    /// <summary>All faults: pools as they were given, nodes by id, then what is wrong between them.</summary>
    public IReadOnlyList<AllocationFault> Faults { get; }
}
