using System.Text;
using System.Text.Json.Nodes;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.LoadReports;

public sealed class SummaryFormatTests
{
    private static readonly PoolSummary Summary = new(
        [
            new NodeReading("a", 1.5, 10.25, 0.5, 9, 1.25, 3.125, 0.75, TimeSpan.FromSeconds(90)),
            new NodeReading("b", 1, 0, 0, 0, 0, 0, null, TimeSpan.Zero),
        ],
        new SliceRates(16, [(3, 2.5), (65_535, 4)], 12.5),
        TimeSpan.FromSeconds(120))
    { AssignmentVersion = 7, HotKeys = new HotKeySummary(100, 2, [new HotKey(ulong.MaxValue, 40, 1), new HotKey(7, 12.5, 0)]) };

    [Fact]
    public void Write_Summary_ReadsBackTheSame()
    {
        Assert.True(SummaryFormat.TryRead(SummaryFormat.Write(Summary), out PoolSummary? read));
        Assert.Equal(Summary.Nodes, read.Nodes);
        Assert.Equal(Summary.Slices.Heavy, read.Slices.Heavy);
        Assert.Equal((16, 12.5, TimeSpan.FromSeconds(120)), (read.Slices.SliceBits, read.Slices.Rest, read.Window));
        Assert.Equal(7, read.AssignmentVersion);
        Assert.Equal((100.0, 2.0), (read.HotKeys.Total, read.HotKeys.Floor));
        Assert.Equal(Summary.HotKeys.Keys, read.HotKeys.Keys);
    }

    [Theory]
    [InlineData("v", "1")]
    [InlineData("bits", "0")]
    [InlineData("bits", "15")]
    [InlineData("rest", "-1")]
    [InlineData("rest", "1e9")]
    [InlineData("slices", "\"AAAA\"")]
    [InlineData("slices", "\"!\"")]
    [InlineData("slices", "\"AwAAAAAAwH8=\"")] // Slice 3 at a rate that is no number.
    [InlineData("window", "-1")]
    [InlineData("hotKeys", "{\"total\":-1,\"floor\":0,\"keys\":\"\"}")]
    [InlineData("hotKeys", "{\"total\":1,\"floor\":0,\"keys\":\"AAAA\"}")]
    [InlineData("hotKeys", "{\"total\":1,\"floor\":0,\"keys\":\"AAAAAAAAAAAAAMB/AAAAAA==\"}")] // A count that is no number.
    [InlineData("nodes", "null")]
    [InlineData("nodes", "[null]")]
    public void TryRead_MemberOutOfRange_IsRefused(string member, string value)
    {
        JsonNode text = JsonNode.Parse(SummaryFormat.Write(Summary))!;
        text[member] = JsonNode.Parse(value);
        Assert.False(SummaryFormat.TryRead(Encoding.UTF8.GetBytes(text.ToJsonString()), out _));
    }

    [Theory]
    [InlineData("id", "\"\"")]
    [InlineData("id", "\"b\"")]
    [InlineData("w", "0")]
    [InlineData("w", "1001")]
    [InlineData("r", "-0.1")]
    [InlineData("f", "1e9")]
    [InlineData("a", "-1")]
    [InlineData("s", "-1")]
    [InlineData("i", "-1")]
    [InlineData("u", "-0.1")]
    [InlineData("u", "10.1")]
    [InlineData("t", "-1")]
    public void TryRead_NodeThatCannotBe_IsRefusedWhole(string member, string value)
    {
        JsonNode text = JsonNode.Parse(SummaryFormat.Write(Summary))!;
        text["nodes"]![0]![member] = JsonNode.Parse(value);
        Assert.False(SummaryFormat.TryRead(Encoding.UTF8.GetBytes(text.ToJsonString()), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    public void TryRead_NoSummary_IsRefused(string text) => Assert.False(SummaryFormat.TryRead(Encoding.UTF8.GetBytes(text), out _));
}
