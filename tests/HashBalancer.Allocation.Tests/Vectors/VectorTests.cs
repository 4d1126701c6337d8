namespace HashBalancer.Allocation.Tests.Vectors;

/// <summary>Every case of every vector file.</summary>
public sealed class VectorTests
{
    /// <summary>Contrasts: policies that the literature compares with, and that the product does not offer.</summary>
    private static readonly string[] LeftOut = ["asset-fair", "ceei", "proportion"];

    public static TheoryData<string> Ids => [.. VectorFiles.Cases.Where(c => !LeftOut.Contains(c.Value.Policy)).Select(c => c.Key)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Case_SolvedByTheLibrary_HasTheExpectedNumbers(string id)
    {
        VectorCase vector = VectorFiles.Cases[id];
        Assert.True(VectorRunners.ByPolicy.TryGetValue(vector.Policy, out Func<VectorCase, object>? run), $"No runner for the policy '{vector.Policy}'.");
        ExpectedValues.AssertMatch(vector.Expected, run!(vector));
    }
}
