using System.Text;

namespace HashBalancer.LoadTests.Reports;

/// <summary>A Markdown table; columns after the first are numbers and stand to the right.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, columns);
        Append(text, [.. columns.Select((_, i) => i == 0 ? "---" : "---:")]);
        foreach (string[] row in _rows)
            Append(text, [.. row.Select(cell => cell.Replace("|", "\\|"))]);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
