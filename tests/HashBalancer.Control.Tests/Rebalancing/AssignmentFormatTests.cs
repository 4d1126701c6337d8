using System.Text;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class AssignmentFormatTests
{
    [Fact]
    public void Write_Overrides_ReadsBackTheSame()
    {
        var assignment = new PoolAssignment(7, [new RingOverride(0, 9, "b"), new RingOverride(10, uint.MaxValue, "a")]);
        byte[] text = AssignmentFormat.Write(assignment);
        Assert.Equal("""{"format":1,"version":7,"nodes":["a","b"],"overrides":[[0,9,1],[10,4294967295,0]]}""", Encoding.UTF8.GetString(text));
        Assert.True(AssignmentFormat.TryRead(text, out PoolAssignment? read, out _));
        Assert.Equal(7, read.Version);
        Assert.Equal(assignment.Overrides.AsEnumerable(), read.Overrides);
    }

    [Fact]
    public void Write_HotKeys_ReadsBackTheSame()
    {
        var assignment = new PoolAssignment(8, [], [new SharedKey(7, 3), new SharedKey(ulong.MaxValue, 10)]);
        byte[] text = AssignmentFormat.Write(assignment);
        Assert.Equal("""{"format":1,"version":8,"nodes":[],"overrides":[],"hotKeys":{"0000000000000007":3,"ffffffffffffffff":10}}""", Encoding.UTF8.GetString(text));
        Assert.True(AssignmentFormat.TryRead(text, out PoolAssignment? read, out _));
        Assert.Equal(assignment.HotKeys!.Value, read.HotKeys!.Value.AsEnumerable());
    }

    [Fact]
    public void Write_TwoThousandOverridesOfAHundredNodes_IsFarBelowTheRegistrysLimit()
    {
        RingOverride[] overrides = [.. Enumerable.Range(0, 2000).Select(i => new RingOverride((uint)i * 2_000_000, ((uint)i * 2_000_000) + 1_000_000, $"items-7c9d8f6b5-{i % 100:d5}"))];
        Assert.InRange(AssignmentFormat.Write(new PoolAssignment(1, [.. overrides])).Length, 1, 64 * 1024);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"format":2,"version":7,"nodes":[],"overrides":[]}""")]
    [InlineData("""{"format":1,"version":0,"nodes":[],"overrides":[]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[0,9,1]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[0,4294967296,0]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[-1,9,0]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[9,0,0]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[0,9,0],[5,12,0]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[[0,9]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":["a"],"overrides":[null]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":[null],"overrides":[[0,9,0]]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":null,"overrides":[]}""")]
    [InlineData("""{"format":1,"version":7,"nodes":[],"overrides":[],"hotKeys":{"0000000000000007":1}}""")]
    [InlineData("""{"format":1,"version":7,"nodes":[],"overrides":[],"hotKeys":{"7":3}}""")]
    [InlineData("""{"format":1,"version":7,"nodes":[],"overrides":[],"hotKeys":{"000000000000000x":3}}""")]
    public void TryRead_AnythingElse_IsRefusedWithAReason(string text)
    {
        Assert.False(AssignmentFormat.TryRead(Encoding.UTF8.GetBytes(text), out _, out string? fault));
        Assert.NotEmpty(fault);
    }
}
