namespace HashBalancer.Comparison.Validity;

/// <summary>How long each part takes.</summary>
/// <param name="Law">The part with the known law; at 1,000 requests/s.</param>
/// <param name="Pause">Each of the parts with a pause.</param>
/// <param name="Round">Each turn of a load generator.</param>
/// <param name="Rounds">How many turns each has.</param>
/// <param name="Rates">Offered rates to keep, in requests per second.</param>
internal sealed record ValidityPlan(TimeSpan Law, TimeSpan Pause, TimeSpan Round, int Rounds, IReadOnlyList<double> Rates)
{
    public static readonly ValidityPlan Full = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4), 3, [20_000, 30_000]);

    public static readonly ValidityPlan Smoke = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), 1, [1000]);
}
