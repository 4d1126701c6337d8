namespace HashBalancer.Comparison.Rounds;

/// <summary>How long and how often.</summary>
/// <param name="Rounds">How often each proxy is measured; rounds of all proxies take turns.</param>
/// <param name="Measure">How long each part of a round lasts: saturation, and half of it.</param>
/// <param name="WarmUp">How long each part of a warm-up round lasts.</param>
/// <param name="MostWarmUps">How many warm-up rounds a proxy has at most: another one as long as it still becomes cheaper.</param>
internal sealed record RoundPlan(int Rounds, TimeSpan Measure, TimeSpan WarmUp, int MostWarmUps)
{
    private const int SurveyRounds = 3;
    private const int SurveyWarmUps = 6;
    private static readonly TimeSpan SurveyMeasure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SurveyWarmUp = TimeSpan.FromSeconds(1.5);

    /// <summary>For the workloads beside the first when all are asked for: so that everything together takes less than half an hour.</summary>
    public RoundPlan Survey() => new(
        Math.Min(Rounds, SurveyRounds), Measure < SurveyMeasure ? Measure : SurveyMeasure, WarmUp < SurveyWarmUp ? WarmUp : SurveyWarmUp,
        Math.Min(MostWarmUps, SurveyWarmUps));

    /// <summary>Whether it works at all, for continuous integration; too short for figures that count.</summary>
    public static readonly RoundPlan Smoke = new(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), 1);
}
