namespace HashBalancer.Comparison.Rounds;

/// <summary>How long and how often.</summary>
/// <param name="Rounds">How often each proxy is measured; rounds of all proxies take turns.</param>
/// <param name="Measure">How long each part of a round lasts: saturation, and half of it.</param>
/// <param name="WarmUp">How long each part of a warm-up round lasts.</param>
/// <param name="MostWarmUps">How many warm-up rounds a proxy has at most: another one as long as it still becomes cheaper.</param>
internal sealed record RoundPlan(int Rounds, TimeSpan Measure, TimeSpan WarmUp, int MostWarmUps)
{
    /// <summary>Whether it works at all, for continuous integration; too short for figures that count.</summary>
    public static readonly RoundPlan Smoke = new(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), 1);
}
