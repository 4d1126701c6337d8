using System.Text.Json;

namespace HashBalancer.Simulation.Studies;

/// <summary>Where a figure must lie.</summary>
/// <param name="Name">What a reader calls it.</param>
/// <param name="Of">The figure.</param>
/// <param name="Min">The least allowed; null for none.</param>
/// <param name="Max">The most allowed; null for none.</param>
/// <param name="Because">Why.</param>
internal sealed record Goal(string Name, string Of, double? Min, double? Max, string Because)
{
    /// <summary>The goals beside the program.</summary>
    public static Goal[] Load() => JsonSerializer.Deserialize<Goal[]>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "goals.json")), JsonSerializerOptions.Web)!;

    /// <summary>Where it must be, as text.</summary>
    public string Range => (Min, Max) switch
    {
        ({ } min, { } max) => $"{min} to {max}",
        ({ } min, null) => $"≥ {min}",
        _ => $"≤ {Max}",
    };

    /// <summary>Whether a value is where it must be.</summary>
    public bool Holds(double value) => (Min is null || value >= Min) && (Max is null || value <= Max);
}
