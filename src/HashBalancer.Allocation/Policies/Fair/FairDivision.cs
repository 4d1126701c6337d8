namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>The outcome of a max-min fair division.</summary>
/// <param name="Shares">What every claim got, in the order of the claims.</param>
/// <param name="Unallocated">What nobody asked for.</param>
/// <param name="InfeasibleFloors">Whether the floors exceeded the capacity and were cut by priority.</param>
public sealed record FairDivision(IReadOnlyList<double> Shares, double Unallocated, bool InfeasibleFloors);
