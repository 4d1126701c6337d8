namespace HashBalancer.Proxy.Tests.Keys;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "ab", 2)]
    [InlineData("path", "path", 0)]
    [InlineData("pth", "path", 1)]
    [InlineData("paath", "path", 1)]
    [InlineData("poth", "path", 1)]
    [InlineData("ptah", "path", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_Edits_AreCounted(string from, string to, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(from, to));
        Assert.Equal(expected, NearestName.Distance(to, from));
    }

    [Theory]
    [InlineData("qury", "query")]
    [InlineData("HOST", "host")]
    [InlineData("hpst", "host")]
    [InlineData("x", null)]
    [InlineData("hx", null)]
    [InlineData("completely-else", null)]
    public void Of_WrittenName_IsTheNearestWithinTwoEdits(string written, string? expected) =>
        Assert.Equal(expected, NearestName.Of(written, ["path", "host", "query"]));
}
