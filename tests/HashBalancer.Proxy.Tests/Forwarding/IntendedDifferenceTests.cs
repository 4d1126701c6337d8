using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

public sealed class IntendedDifferenceTests
{
    public static TheoryData<string> Names => [.. IntendedDifference.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Difference_Intended_IsStillThere(string name)
    {
        IntendedDifference difference = IntendedDifference.All[name];

        string fast = await Run(ForwardingMode.Auto, difference), stock = await Run(ForwardingMode.Stock, difference);

        string told = $"fast: {Findings.Escape(Encoding.Latin1.GetBytes(fast))}\nstock: {Findings.Escape(Encoding.Latin1.GetBytes(stock))}";
        Assert.True(fast.Contains(difference.Fast, StringComparison.Ordinal) && stock.Contains(difference.Stock, StringComparison.Ordinal), told);
        Assert.False(difference.Fast.Length > 0 && stock.Contains(difference.Fast, StringComparison.Ordinal), told);
        Assert.False(difference.Stock.Length > 0 && fast.Contains(difference.Stock, StringComparison.Ordinal), told);
    }

    private static async Task<string> Run(ForwardingMode mode, IntendedDifference difference)
    {
        await using var node = new ScriptedNode { Answer = Encoding.Latin1.GetBytes(difference.Answer), Closes = true };
        await using ProxyHost proxy = await ProxyHost.Start(
            new() { ["items"] = ["path"] }, configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }));
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        string received = await RawClient.Exchange(proxy.Port, difference.Request);
        if (difference.AtNode)
            await Eventually.IsTrue(() => !node.Requests.IsEmpty, "the node has the request");
        return difference.AtNode ? string.Concat(node.Requests) : received;
    }
}
