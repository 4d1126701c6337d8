using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Rings;

/// <summary>How even shares are: the median of 20 sets of ids, as exact sums of arcs.</summary>
public sealed class EvennessTests
{
    private const int Sets = 20;

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Shares_OfEqualNodes_AreWithin15PercentOfTheMean(int nodes)
    {
        Effort.NeedsAll();
        double[] largest = new double[Sets], smallest = new double[Sets];
        for (int set = 0; set < Sets; set++)
        {
            double[] shares = HashRing.Build(Members.Equal(nodes, $"items-{set}")).Shares();
            largest[set] = shares.Max() * nodes;
            smallest[set] = shares.Min() * nodes;
        }

        Assert.InRange(Median(largest), 1, 1.15);
        Assert.InRange(Median(smallest), 0.85, 1);
    }

    /// <summary>Three nodes of weights 1, 2 and 4: the worst of them; 30 nodes, ten of each weight: the sums of each weight.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Shares_OfWeights1And2And4_HoldWithin5Percent(int nodesOfEach)
    {
        Effort.NeedsAll();
        double[] worst = new double[Sets];
        for (int set = 0; set < Sets; set++)
        {
            RingMember[] members = [.. Enumerable.Range(0, 3 * nodesOfEach).Select(i => new RingMember($"items-{set}-{i}", 1 << (i % 3)))];
            var ring = HashRing.Build(members);
            double[] shares = ring.Shares();
            worst[set] = Enumerable.Range(0, 3).Max(kind =>
            {
                double share = members.Where(m => m.Weight == 1 << kind).Sum(m => shares[ring.TryGetSlot(m.Id, out int slot) ? slot : -1]);
                return Math.Abs((share * 7 / (1 << kind)) - 1);
            });
        }

        Assert.InRange(Median(worst), 0, 0.05);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(1000)]
    public void Join_MovesOneNthOfTheKeySpace_WithinHalfAPoint(int nodes)
    {
        Effort.NeedsAll();
        double[] moved = new double[Sets];
        for (int set = 0; set < Sets; set++)
        {
            RingMember[] members = Members.Equal(nodes, $"items-{set}");
            var ring = HashRing.Build(members[1..]);
            moved[set] = RingDifference.Between(ring, ring.WithMembers(members)).MovedShare;
        }

        Assert.All(nodes == 10 ? [Median(moved)] : moved, share => Assert.InRange(share, (1.0 / nodes) - 0.005, (1.0 / nodes) + 0.005));
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
