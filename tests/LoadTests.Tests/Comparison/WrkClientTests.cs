using HashBalancer.Comparison.Clients;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class WrkClientTests
{
    private const string Text = """
        Running 7s test @ http://127.0.0.1:38655/items/user-1
          1 threads and 64 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency     1.06ms    5.18ms  88.31ms   98.51%
            Req/Sec   140.67k    14.88k  168.96k    76.06%
          Latency Distribution
             50%  417.00us
             75%  512.00us
             90%    1.20ms
             99%    3.32ms
          991692 requests in 7.10s, 148.48MB read
          99.9%  7250.50us
        """;

    private const string Errors = """

          Socket errors: connect 1, read 20, write 300, timeout 4000
          Non-2xx or 3xx responses: 50000
        """;

    [Fact]
    public void Parse_Report_TakesItsFigures()
    {
        Saturation saturation = WrkClient.Parse(Text);

        Assert.Equal((991_692, 0, 7.1, 0.417, 3.32, 7.2505),
            (saturation.Requests, saturation.Failed, saturation.Seconds, saturation.P50Ms, saturation.P99Ms, saturation.P999Ms));
    }

    [Fact]
    public void Parse_Errors_AreFailures()
    {
        Saturation saturation = WrkClient.Parse(Text + Errors);

        Assert.Equal(54_321, saturation.Failed);
        Assert.Equal((991_692 - 54_321) / 7.1, saturation.Rate, 6);
    }

    [Fact]
    public void Parse_Other_IsNotUnderstood() => Assert.Throws<TargetException>(() => WrkClient.Parse("unable to connect"));
}
