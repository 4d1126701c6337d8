using System.Text;

namespace HashBalancer.Gateway.Cli;

/// <summary>Columns of text, for people and for <c>awk</c>: two spaces between them, no line around them.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The table, without the end of its last line.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            string line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
            text.Append(text.Length == 0 ? "" : "\n").Append(line);
        }

        return text.ToString();
    }
}
