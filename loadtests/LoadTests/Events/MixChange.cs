using System.Globalization;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>The users want something else: each step is drawn by another weight from now on.</summary>
/// <param name="weights">A weight for each step, in the order of the scenario's steps.</param>
internal sealed class MixChange(IReadOnlyList<double> weights) : IEventAction
{
    public string Description => $"the steps' weights become {string.Join(", ", weights.Select(w => w.ToString("R", CultureInfo.InvariantCulture)))}";

    public bool NeedsFaults => false;

    public Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        (on.Picker ?? throw new InvalidOperationException("The scenario picks no steps.")).Change(weights);
        return Task.FromResult<string?>(null);
    }

    /// <param name="section">The event; its member <c>weights</c> names steps.</param>
    /// <param name="steps">The scenario's steps; empty when it does not pick one.</param>
    public static MixChange Read(Section section, IReadOnlyList<string> steps)
    {
        Section? given = section.Object("weights", required: true);
        double[] weights = new double[steps.Count];
        if (given is null)
            return new MixChange(weights);
        if (steps.Count == 0)
        {
            section.Error("weights", "every iteration does every step: set pickOneStep");
            return new MixChange(weights);
        }

        foreach ((int index, string step) in steps.Index())
            weights[index] = given.Number(step, 0, 1e6, 0);
        given.Close();
        if (weights.All(w => w == 0))
            section.Error("weights", "at least one must be above 0");
        return new MixChange(weights);
    }
}
