using HashBalancer.Control;
using HashBalancer.Gateway.Admin;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Gateway.Tests.Admin;

public sealed class WhatIfQueryTests
{
    [Fact]
    public void Read_EveryWord_IsUnderstood()
    {
        WhatIf changes = WhatIfQuery.Read(
        [
            Word("weight", "a:3"), Word("guarantee", "a:2"), Word("demand", "a:4", "b:x2", "*:x1.5"), Word("lose-zone", "east"), Word("lose-node", "n1"), Word("policy", "fair"),
        ], out string? fault)!;
        Assert.Null(fault);
        Assert.Equal(3, changes.Weights["a"]);
        Assert.Equal(2, changes.Guarantees["a"]);
        Assert.Equal(4, changes.Demands["a"]);
        Assert.Equal((2, 1.5), (changes.Factors["b"], changes.Factors["*"]));
        Assert.Equal(["east"], changes.LostZones);
        Assert.Equal(["n1"], changes.LostNodes);
        Assert.Equal("fair", changes.Policy);
    }

    [Theory]
    [InlineData("weight", "a", "weight: is 'a', but must be POOL:WEIGHT, each pool once.")]
    [InlineData("demand", "*:3", "demand: is '*:3', but must be POOL:UNITS or POOL:xFACTOR, * for all pools, each pool once.")]
    [InlineData("guarantee", "a:-1", "guarantee: is 'a:-1', but must be POOL:NODES, each pool once.")]
    [InlineData("wait", "a:1", "wait: is not known; there are weight, guarantee, demand, lose-zone, lose-node, policy.")]
    public void Read_WhatIsNotUnderstood_IsNamedWithWhatIsAllowed(string word, string value, string expected)
    {
        Assert.Null(WhatIfQuery.Read([Word(word, value)], out string? fault));
        Assert.Equal(expected, fault);
    }

    private static KeyValuePair<string, StringValues> Word(string word, params string[] values) => new(word, values);
}
