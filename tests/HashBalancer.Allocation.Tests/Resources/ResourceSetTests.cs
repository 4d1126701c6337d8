using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Resources;

public sealed class ResourceSetTests
{
    [Fact]
    public void Names_Declared_KeepTheirOrder()
    {
        var set = new ResourceSet("memory", "cpu");
        Assert.Equal(["memory", "cpu"], set.Names);
        Assert.Equal(2, set.Count);
        Assert.Equal(0, set.IndexOf("memory"));
        Assert.Equal(1, set.IndexOf("cpu"));
        Assert.Equal(-1, set.IndexOf("CPU"));
    }

    [Fact]
    public void Constructor_NoName_Throws() =>
        Assert.StartsWith("A fleet has 1 to 16 resources; 0 are declared.", Assert.Throws<ArgumentException>(() => new ResourceSet()).Message);

    [Fact]
    public void Constructor_SeventeenNames_Throws() =>
        Assert.StartsWith("A fleet has 1 to 16 resources; 17 are declared.", Assert.Throws<ArgumentException>(() => new ResourceSet(Enumerable.Range(0, 17).Select(i => $"r{i}"))).Message);

    [Fact]
    public void Constructor_SixteenNames_IsAllowed() => Assert.Equal(16, new ResourceSet(Enumerable.Range(0, 16).Select(i => $"r{i}")).Count);

    [Fact]
    public void Constructor_NameTwice_Throws() =>
        Assert.StartsWith("Resource 'cpu' stands twice.", Assert.Throws<ArgumentException>(() => new ResourceSet("cpu", "memory", "cpu")).Message);

    [Fact]
    public void Constructor_EmptyName_Throws() =>
        Assert.StartsWith("Resource 2 has no name.", Assert.Throws<ArgumentException>(() => new ResourceSet("cpu", " ")).Message);
}
