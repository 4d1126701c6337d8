using System.Text;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Simulation.Studies;

/// <summary>What studies found: text for people, figures for goals.</summary>
internal sealed class Findings
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, double> _figures = new(StringComparer.Ordinal);

    /// <summary>The figures by name.</summary>
    public IReadOnlyDictionary<string, double> Figures => _figures;

    /// <summary>The text in Markdown.</summary>
    public string Text => _text.ToString();

    /// <summary>Adds a section.</summary>
    public void Add(string title, string introduction, MarkdownTable table) => _text.Append($"\n## {title}\n\n{introduction}\n\n{table}");

    /// <summary>Adds a figure.</summary>
    public void Add(string name, double value) => _figures.Add(name, value);

    /// <summary>Keeps the least of the values given under a name.</summary>
    public void Least(string name, double value) => _figures[name] = _figures.TryGetValue(name, out double before) ? Math.Min(before, value) : value;

    /// <summary>Keeps the greatest of the values given under a name.</summary>
    public void Greatest(string name, double value) => _figures[name] = _figures.TryGetValue(name, out double before) ? Math.Max(before, value) : value;
}
