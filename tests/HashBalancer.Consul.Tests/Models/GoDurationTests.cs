using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul.Tests.Models;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("+0", 0)]
    [InlineData("1ns", 1)]
    [InlineData("1us", 1_000)]
    [InlineData("1µs", 1_000)]
    [InlineData("1μs", 1_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("-1.5h", -5_400_000_000_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("1.s", 1_000_000_000)]
    [InlineData("1h1m1.000000001s", 3_661_000_000_001)]
    [InlineData("0.3333333333333333333h", 1_200_000_000_000 - 1)]
    [InlineData("9223372036854775807ns", long.MaxValue)]
    [InlineData("-9223372036854775808ns", long.MinValue)]
    public void TryParse_GoForm_IsTheNanoseconds(string text, long nanoseconds)
    {
        Assert.True(GoDuration.TryParse(text, out GoDuration value, out string? error), error);
        Assert.Equal(nanoseconds, value.Nanoseconds);
    }

    [Theory]
    [InlineData("", "time: invalid duration \"\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    [InlineData("abc", "time: invalid duration \"abc\"")]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("1d", "time: unknown unit \"d\" in duration \"1d\"")]
    [InlineData("5S", "time: unknown unit \"S\" in duration \"5S\"")]
    [InlineData("10 seconds", "time: unknown unit \" seconds\" in duration \"10 seconds\"")]
    [InlineData(".s", "time: invalid duration \".s\"")]
    [InlineData("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"")]
    [InlineData("99999999999999999999s", "time: invalid duration \"99999999999999999999s\"")]
    [InlineData("3000000h", "time: invalid duration \"3000000h\"")]
    public void TryParse_NoDuration_SaysWhyAsGoDoes(string text, string expected)
    {
        Assert.False(GoDuration.TryParse(text, out GoDuration value, out string? error));
        Assert.Equal(expected, error);
        Assert.Equal(GoDuration.Zero, value);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ns")]
    [InlineData(1_100, "1.1µs")]
    [InlineData(2_200_000, "2.2ms")]
    [InlineData(3_300_000_000, "3.3s")]
    [InlineData(15_000_000_000, "15s")]
    [InlineData(245_000_000_000, "4m5s")]
    [InlineData(245_001_000_000, "4m5.001s")]
    [InlineData(18_367_001_000_000, "5h6m7.001s")]
    [InlineData(3_600_000_000_000, "1h0m0s")]
    [InlineData(-90_000_000_000, "-1m30s")]
    [InlineData(480_000_000_001, "8m0.000000001s")]
    [InlineData(long.MaxValue, "2562047h47m16.854775807s")]
    [InlineData(long.MinValue, "-2562047h47m16.854775808s")]
    public void ToString_Nanoseconds_IsGoForm(long nanoseconds, string text) => Assert.Equal(text, new GoDuration(nanoseconds).ToString());

    [Fact]
    public void ToStringThenParse_AnyLength_IsTheSame()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            var value = new GoDuration(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63));
            Assert.Equal(value, GoDuration.Parse(value.ToString()));
        }
    }

    [Theory]
    [InlineData("\"1m30s\"", 90_000_000_000)]
    [InlineData("10000000000", 10_000_000_000)]
    [InlineData("1.5e9", 1_500_000_000)]
    public void Json_StringOrNumber_IsRead(string json, long nanoseconds) =>
        Assert.Equal(nanoseconds, JsonSerializer.Deserialize<GoDuration>(json).Nanoseconds);

    [Theory]
    [InlineData("true")]
    [InlineData("\"5\"")]
    [InlineData("{}")]
    public void Json_AnythingElse_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<GoDuration>(json));

    [Fact]
    public void TimeSpan_ThereAndBack_IsTheSame()
    {
        var span = new TimeSpan(1, 2, 3, 4, 5, 6);
        Assert.Equal(span, GoDuration.From(span).TimeSpan);
        Assert.Throws<OverflowException>(() => GoDuration.From(TimeSpan.MaxValue));
    }
}
