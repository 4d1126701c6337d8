using HashBalancer.Allocation.Policies.Fair;

namespace HashBalancer.Allocation.Tests.Properties;

public sealed class MaxMinPropertyTests
{
    [Fact]
    public void Divide_AnyClaims_UsesAllThatIsAskedForWithinFloorsAndCeilings() => Instances.Hold(random =>
    {
        (double capacity, FairClaim[] claims) = Draw(random);
        FairDivision division = MaxMinFairness.Divide(capacity, claims);
        double asked = claims.Sum(c => c.Ceiling);
        Assert.Equal(Math.Min(capacity, asked), division.Shares.Sum(), 1e-9 * Math.Max(1, capacity));
        Assert.Equal(Math.Max(0, capacity - asked), division.Unallocated, 1e-9 * Math.Max(1, capacity));
        for (int i = 0; i < claims.Length; i++)
        {
            Assert.True(division.Shares[i] <= claims[i].Ceiling + 1e-9);
            Assert.True(division.InfeasibleFloors || division.Shares[i] >= Math.Min(claims[i].Floor, claims[i].Ceiling) - 1e-9);
        }
    });

    [Fact]
    public void Divide_FeasibleFloors_LeavesNoExchangeThatHelpsWhoHasLess() => Instances.Hold(random =>
    {
        (double capacity, FairClaim[] claims) = Draw(random);
        FairDivision division = MaxMinFairness.Divide(capacity, claims);
        if (division.InfeasibleFloors)
            return;
        for (int poor = 0; poor < claims.Length; poor++)
        {
            if (claims[poor].Weight == 0 || division.Shares[poor] >= claims[poor].Ceiling - 1e-9)
                continue;
            for (int rich = 0; rich < claims.Length; rich++)
            {
                // Who holds more for its weight does so because of its floor alone.
                bool more = claims[rich].Weight == 0 ? division.Shares[rich] > 1e-9 : division.Shares[rich] / claims[rich].Weight > (division.Shares[poor] / claims[poor].Weight) + 1e-9;
                Assert.True(!more || division.Shares[rich] <= claims[rich].Floor + 1e-9, $"{rich} holds {division.Shares[rich]}, {poor} {division.Shares[poor]}");
            }
        }
    });

    [Fact]
    public void Divide_InfeasibleFloors_ServesHigherPrioritiesFirstAndEqualOnesInProportion() => Instances.Hold(random =>
    {
        FairClaim[] claims = [.. Enumerable.Range(0, random.Next(1, 7)).Select(i => new FairClaim($"p{i}") { Floor = random.Next(1, 20), Priority = random.Next(3) })];
        double capacity = claims.Sum(c => c.Floor) * random.NextDouble() * 0.99;
        FairDivision division = MaxMinFairness.Divide(capacity, claims);
        Assert.True(division.InfeasibleFloors);
        Assert.Equal(capacity, division.Shares.Sum(), 1e-9);
        for (int a = 0; a < claims.Length; a++)
        {
            for (int b = 0; b < claims.Length; b++)
            {
                if (claims[a].Priority == claims[b].Priority)
                    Assert.Equal(division.Shares[a] / claims[a].Floor, division.Shares[b] / claims[b].Floor, 1e-9);
                else if (claims[a].Priority > claims[b].Priority && division.Shares[b] > 1e-9)
                    Assert.Equal(claims[a].Floor, division.Shares[a], 1e-9);
            }
        }
    });

    [Fact]
    public void Divide_ClaimsShuffled_GivesEverybodyTheSame() => Instances.Hold(random =>
    {
        (double capacity, FairClaim[] claims) = Draw(random);
        FairClaim[] shuffled = [.. claims];
        random.Shuffle(shuffled);
        FairDivision a = MaxMinFairness.Divide(capacity, claims), b = MaxMinFairness.Divide(capacity, shuffled);
        foreach ((FairClaim claim, double share) in claims.Zip(a.Shares))
            Assert.Equal(share, b.Shares[Array.IndexOf(shuffled, claim)], 1e-9);
    });

    private static (double Capacity, FairClaim[] Claims) Draw(Random random) => (
        random.Next(0, 60),
        [.. Enumerable.Range(0, random.Next(1, 8)).Select(i => new FairClaim($"p{i}")
        {
            Weight = random.Next(6) == 0 ? 0 : random.Next(1, 9) / 2.0,
            Floor = random.Next(2) == 0 ? 0 : random.Next(12),
            Ceiling = random.Next(3) == 0 ? 1000 : random.Next(30),
            Priority = random.Next(2),
        })]);
}
