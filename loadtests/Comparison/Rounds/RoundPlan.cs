namespace HashBalancer.Comparison.Rounds;

/// <summary>How long and how often.</summary>
/// <param name="Rounds">How often each proxy is measured; rounds of all proxies take turns.</param>
/// <param name="Measure">How long each part of a round lasts: saturation, and half of it.</param>
/// <param name="WarmUp">How long each proxy is saturated before the first round: compilers of hot code need tens of thousands of requests.</param>
internal sealed record RoundPlan(int Rounds, TimeSpan Measure, TimeSpan WarmUp)
{
    /// <summary>Whether it works at all, for continuous integration; too short for figures that count.</summary>
    public static readonly RoundPlan Smoke = new(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
}
