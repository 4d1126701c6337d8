namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>What one claim got.</summary>
/// <param name="Name">The claim's name.</param>
/// <param name="Tasks">How many tasks, a fraction in the continuous policy.</param>
/// <param name="DominantShare">The largest fraction of the fleet that these tasks take of any resource.</param>
/// <param name="DominantResource">The resource of that fraction.</param>
public sealed record DrfShare(string Name, double Tasks, double DominantShare, string DominantResource);

/// <summary>The outcome of a DRF division.</summary>
/// <param name="Shares">What every claim got, in the order of the claims.</param>
/// <param name="Used">What the tasks take together, in the order of the resource set.</param>
/// <param name="UsedUp">The resources of which nothing is left.</param>
/// <param name="InfeasibleFloors">Whether the floors did not fit and were scaled down by one factor.</param>
public sealed record DrfDivision(IReadOnlyList<DrfShare> Shares, IReadOnlyList<double> Used, IReadOnlyList<string> UsedUp, bool InfeasibleFloors);
