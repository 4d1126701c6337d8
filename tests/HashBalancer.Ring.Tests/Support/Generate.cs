using FsCheck;
using FsCheck.Fluent;
using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests;

/// <summary>Generators of memberships, and how properties are run: many cases, reproducible, shrunk by FsCheck when one fails.</summary>
internal static class Generate
{
    private static readonly double[] Weights = [0, 0.004, 0.5, 1, 1, 1, 1.5, 2, 3.999, 7];

    /// <summary>Distinct ids of a small alphabet, so that memberships drawn one after another overlap.</summary>
    public static Arbitrary<RingMember[]> Membership { get; } = Arb.From(
        from ids in Gen.ListOf(Gen.Choose(0, 40))
        from weights in Gen.ListOf(Gen.Elements(Weights), 41)
        select ids.Distinct().Select(i => new RingMember($"node-{i}", weights[i])).ToArray());

    public static Arbitrary<int> PointsPerUnitWeight { get; } = Gen.Elements(1, 2, 5, 40, 320).ToArbitrary();

    public static void Check(Property property, int cases = 200) =>
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(Effort.Of(cases)).WithReplay(20_260_101, 77));
}
