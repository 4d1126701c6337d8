using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>Everything that one call of the runner found out.</summary>
/// <param name="Format">Version of this shape; it changes when a member goes or changes its meaning.</param>
/// <param name="Version">The runner's version.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="QuantileError">The quantiles' highest relative error.</param>
/// <param name="Scenarios">In the order they ran.</param>
internal sealed record LoadReport(
    int Format, string Version, Machine Machine, double QuantileError, IReadOnlyList<ScenarioResult> Scenarios)
{
    public const int CurrentFormat = 1;
}
