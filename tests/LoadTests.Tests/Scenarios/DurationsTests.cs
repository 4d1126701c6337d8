using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Tests.Scenarios;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("250us", 0.25)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void TryParse_Duration_IsTaken(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("1e3s")]
    [InlineData("5d")]
    [InlineData("99999999h")]
    public void TryParse_Other_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.0123, "12.3 µs")]
    [InlineData(83.24, "83.24 ms")]
    [InlineData(1500, "1.5 s")]
    [InlineData(86_400_000, "86400 s")]
    public void Text_Duration_HasAUnitThatFits(double milliseconds, string text) =>
        Assert.Equal(text, Durations.Text(TimeSpan.FromMilliseconds(milliseconds)));
}
