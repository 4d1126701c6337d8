using System.Globalization;
using System.Net;
using System.Text;

namespace HashBalancer.LoadTests.Reports;

/// <summary>A chart of horizontal bars as SVG; each bar carries its exact value in <c>data-value</c>.</summary>
internal static class BarChart
{
    private const int LabelWidth = 140;
    private const int BarWidth = 420;
    private const int ValueWidth = 120;
    private const int RowHeight = 22;
    private const int BarHeight = 14;

    /// <param name="title">What the bars show.</param>
    /// <param name="bars">Each bar's name, its value (not negative) and the value as people read it.</param>
    public static string Svg(string title, IReadOnlyList<(string Name, double Value, string Text)> bars)
    {
        double most = bars.Count == 0 ? 0 : bars.Max(b => b.Value);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<figure><figcaption>{Encode(title)}</figcaption><svg role=\"img\" width=\"{LabelWidth + BarWidth + ValueWidth}\" height=\"{bars.Count * RowHeight}\">");
        foreach ((int row, (string name, double value, string text)) in bars.Index())
        {
            int y = row * RowHeight;
            double width = most == 0 ? 0 : value / most * BarWidth;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth - 8}\" y=\"{y + BarHeight}\" class=\"name\">{Encode(name)}</text>");
            svg.Append(CultureInfo.InvariantCulture,
                $"<rect x=\"{LabelWidth}\" y=\"{y + 3}\" width=\"{width:0.##}\" height=\"{BarHeight}\" data-name=\"{Encode(name)}\" data-value=\"{value:R}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth + width + 6:0.##}\" y=\"{y + BarHeight}\">{Encode(text)}</text>");
        }

        return svg.Append("</svg></figure>\n").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
