using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Resources;

public sealed class ResourceVectorTests
{
    private static readonly ResourceSet Set = new("cpu", "memory");

    [Fact]
    public void Vector_ResourcesLeftOut_AreZero()
    {
        ResourceVector vector = Set.Vector(("memory", 0.5m));
        Assert.Equal(0, vector["cpu"]);
        Assert.Equal(0.5m, vector["memory"]);
    }

    [Theory]
    [InlineData("cpus", 1, "Resource 'cpus' is unknown; known are cpu, memory.")]
    [InlineData("cpu", -1, "Resource 'cpu' has -1; allowed are 0 to 9223372036854775 with at most three decimals.")]
    [InlineData("cpu", 0.0001, "Resource 'cpu' has 0.0001; allowed are 0 to 9223372036854775 with at most three decimals.")]
    public void Vector_BadEntry_ThrowsNamingIt(string resource, double quantity, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Set.Vector((resource, (decimal)quantity))).Message);

    [Fact]
    public void Vector_ResourceTwice_Throws() =>
        Assert.StartsWith("Resource 'cpu' stands twice.", Assert.Throws<ArgumentException>(() => Set.Vector(("cpu", 1), ("cpu", 1))).Message);

    [Fact]
    public void Indexer_UnknownResource_Throws() =>
        Assert.Equal("Resource 'gpu' is unknown; known are cpu, memory.", Assert.Throws<KeyNotFoundException>(() => Set.Vector()["gpu"]).Message);

    [Theory]
    [InlineData(1, 1, 1, 1, true)]
    [InlineData(1, 1, 2, 1, true)]
    [InlineData(2, 1, 1, 2, false)]
    [InlineData(1, 2, 2, 1, false)]
    public void FitsIn_TwoVectors_AsksForEveryResource(int cpu, int memory, int limitCpu, int limitMemory, bool expected) =>
        Assert.Equal(expected, Set.Vector(("cpu", cpu), ("memory", memory)).FitsIn(Set.Vector(("cpu", limitCpu), ("memory", limitMemory))));

    [Fact]
    public void Plus_ManyTenths_IsExact()
    {
        ResourceVector sum = Enumerable.Repeat(Set.Vector(("cpu", 0.1m)), 10).Aggregate((a, b) => a.Plus(b));
        Assert.Equal(Set.Vector(("cpu", 1)), sum);
        Assert.Equal(sum.GetHashCode(), Set.Vector(("cpu", 1)).GetHashCode());
        Assert.NotEqual(sum, Set.Vector(("cpu", 1), ("memory", 1)));
        Assert.False(sum.Equals("cpu 1"));
        Assert.False(sum.Equals(new ResourceSet("cpu", "memory").Vector(("cpu", 1))));
    }

    [Fact]
    public void Minus_WhatFits_IsTheDifference() =>
        Assert.Equal(Set.Vector(("cpu", 1.5m), ("memory", 3)), Set.Vector(("cpu", 2), ("memory", 3)).Minus(Set.Vector(("cpu", 0.5m))));

    [Fact]
    public void Minus_WhatDoesNotFit_Throws() =>
        Assert.StartsWith("cpu 2 does not fit in cpu 1, memory 9.", Assert.Throws<ArgumentException>(() => Set.Vector(("cpu", 1), ("memory", 9)).Minus(Set.Vector(("cpu", 2)))).Message);

    [Fact]
    public void Times_Whole_Multiplies()
    {
        Assert.Equal(Set.Vector(("cpu", 1.5m)), Set.Vector(("cpu", 0.5m)).Times(3));
        Assert.True(Set.Vector(("cpu", 0.5m)).Times(0).IsZero);
        Assert.Throws<ArgumentOutOfRangeException>(() => Set.Vector().Times(-1));
    }

    [Fact]
    public void Plus_BeyondTheRange_Throws() =>
        Assert.Throws<OverflowException>(() => Set.Vector(("cpu", Quantity.Maximum)).Plus(Set.Vector(("cpu", 1))));

    [Fact]
    public void Times_BeyondTheRange_Throws() => Assert.Throws<OverflowException>(() => Set.Vector(("cpu", Quantity.Maximum)).Times(2));

    [Fact]
    public void Operations_OtherSet_Throw() =>
        Assert.StartsWith("The vectors are over different resource sets.", Assert.Throws<ArgumentException>(() => Set.Vector().Plus(new ResourceSet("cpu", "memory").Vector())).Message);

    [Fact]
    public void DominantShareOf_EqualShares_NamesTheFirstResource()
    {
        Assert.Equal(0.5, Set.Vector(("cpu", 5), ("memory", 10)).DominantShareOf(Set.Vector(("cpu", 10), ("memory", 20)), out int resource));
        Assert.Equal(0, resource);
    }

    [Fact]
    public void DominantShareOf_LargerSecondShare_NamesTheSecond()
    {
        Assert.Equal(0.75, Set.Vector(("cpu", 5), ("memory", 15)).DominantShareOf(Set.Vector(("cpu", 10), ("memory", 20)), out int resource));
        Assert.Equal(1, resource);
    }

    [Fact]
    public void DominantShareOf_Zero_IsNone()
    {
        Assert.Equal(0, Set.Vector().DominantShareOf(Set.Vector(("cpu", 1)), out int resource));
        Assert.Equal(-1, resource);
    }

    [Fact]
    public void DominantShareOf_ResourceThatIsNotThere_IsInfinite() =>
        Assert.Equal(double.PositiveInfinity, Set.Vector(("cpu", 1), ("memory", 1)).DominantShareOf(Set.Vector(("memory", 4)), out _));

    [Fact]
    public void ToString_AnyVector_NamesWhatIsNotZero()
    {
        Assert.Equal("cpu 2, memory 0.5", Set.Vector(("cpu", 2), ("memory", 0.5m)).ToString());
        Assert.Equal("nothing", Set.Vector().ToString());
    }

    [Theory]
    [InlineData(1.0, 1.0, 0)]
    [InlineData(0.30000000000000004, 0.3, 0)]
    [InlineData(1.0, 1.000000001, -1)]
    [InlineData(2.0, 1.0, 1)]
    [InlineData(double.PositiveInfinity, 1.0, 1)]
    [InlineData(1.0, double.PositiveInfinity, -1)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, 0)]
    [InlineData(0.0, 1e-30, -1)]
    public void Shares_Compared_AreEqualWithinRounding(double a, double b, int expected) => Assert.Equal(expected, Shares.Compare(a, b));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.001", 1)]
    [InlineData("1.5", 1500)]
    [InlineData("4294967295", 4294967295000)]
    [InlineData("4294967296.125", 4294967296125)]
    [InlineData("9223372036854775", 9223372036854775000)]
    [InlineData("1.5000", 1500)]
    public void Quantity_Valid_IsWholeThousandths(string value, long thousandths)
    {
        decimal quantity = decimal.Parse(value);
        Assert.True(Quantity.IsValid(quantity));
        Assert.Equal(thousandths, Quantity.ToThousandths(quantity));
        Assert.Equal(quantity, Quantity.FromThousandths(thousandths));
    }

    [Theory]
    [InlineData("-0.001")]
    [InlineData("0.0001")]
    [InlineData("9223372036854776")]
    [InlineData("79228162514264337593543950335")]
    public void Quantity_Invalid_IsRefused(string value)
    {
        Assert.False(Quantity.IsValid(decimal.Parse(value)));
        Assert.StartsWith("A quantity is 0 to 9223372036854775 with at most three decimals.", Assert.Throws<ArgumentOutOfRangeException>(() => Quantity.ToThousandths(decimal.Parse(value))).Message);
    }
}
