using System.Text.Json;

namespace HashBalancer.Benchmarks;

/// <summary>What figures must hold: <see cref="Limits"/> fail a check, <see cref="Goals"/> are told; times of a shared machine prove
/// nothing, ratios within one run do.</summary>
internal sealed record Bounds(Bound[] Limits, Bound[] Goals)
{
    /// <summary>The limits that these figures break or do not tell.</summary>
    public Bound[] Broken(IReadOnlyDictionary<string, double> figures) => [.. Limits.Where(limit => limit.ValueIn(figures) is not { } value || !limit.Holds(value))];

    /// <summary>Reads the bounds beside the program.</summary>
    public static Bounds Load()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "bounds.json")));
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        return new Bounds(
            file.RootElement.GetProperty("bounds").Deserialize<Bound[]>(options)!, file.RootElement.GetProperty("goals").Deserialize<Bound[]>(options)!);
    }
}

/// <summary>One figure, or the ratio or difference of two, and where it must lie.</summary>
/// <param name="Name">What a reader calls it.</param>
/// <param name="Of">The figure.</param>
/// <param name="Over">The figure it is divided by; null for none.</param>
/// <param name="Minus">The figure that is taken from it; null for none.</param>
/// <param name="Min">The least allowed; null for none.</param>
/// <param name="Max">The most allowed; null for none.</param>
/// <param name="Because">Why.</param>
internal sealed record Bound(string Name, string Of, string? Over, string? Minus, double? Min, double? Max, string Because)
{
    /// <summary>The names of the benchmarks that measure it.</summary>
    public IEnumerable<string> Benchmarks => new[] { Of, Over, Minus }.OfType<string>().Select(figure => $".{figure.Split('/', '.')[0]}");

    /// <summary>The figure, ratio or difference; null when the run did not have it.</summary>
    public double? ValueIn(IReadOnlyDictionary<string, double> figures)
    {
        if (!figures.TryGetValue(Of, out double of))
            return null;
        if (Minus is not null)
            return figures.TryGetValue(Minus, out double minus) ? of - minus : null;
        if (Over is null)
            return of;
        return figures.TryGetValue(Over, out double over) ? of / over : null;
    }

    /// <summary>Whether a value is where it must be.</summary>
    public bool Holds(double value) => (Min is null || value >= Min) && (Max is null || value <= Max);

    /// <summary>Where it must be, as text.</summary>
    public string Range => Max is { } max ? $"≤ {max:#,0.##}" : $"≥ {Min:#,0.##}";
}
