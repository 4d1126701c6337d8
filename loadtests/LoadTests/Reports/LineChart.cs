using System.Globalization;
using System.Net;
using System.Text;

namespace HashBalancer.LoadTests.Reports;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Points">In order of x.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>An instant that a chart marks.</summary>
internal sealed record ChartMark(double X, string Text);

/// <summary>A chart over time as SVG; every point carries its exact values in <c>data-x</c> and <c>data-y</c>.</summary>
internal static class LineChart
{
    private const int Left = 70;
    private const int Width = 640;
    private const int Right = 20;
    private const int Top = 18;
    private const int Height = 160;
    private const int Bottom = 22;

    private static readonly string[] Colours = ["#3b6ea8", "#b4582a", "#3f8f5b", "#7d5aa6"];

    /// <param name="title">What the chart shows.</param>
    /// <param name="lines">Its lines; empty ones are left out.</param>
    /// <param name="marks">Instants to mark, such as events.</param>
    /// <param name="text">Writes a value of y for people.</param>
    public static string Svg(string title, IReadOnlyList<ChartLine> lines, IReadOnlyList<ChartMark> marks, Func<double, string> text)
    {
        ChartLine[] shown = [.. lines.Where(l => l.Points.Count > 0)];
        if (shown.Length == 0)
            return "";
        double toX = Math.Max(1e-9, shown.Max(l => l.Points.Max(p => p.X)));
        double toY = Math.Max(1e-9, shown.Max(l => l.Points.Max(p => p.Y)));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<figure><figcaption>{Encode(title)}</figcaption><svg role=\"img\" width=\"{Left + Width + Right}\" height=\"{Top + Height + Bottom}\" class=\"lines\">");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Top}V{Top + Height}H{Left + Width}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"name\" x=\"{Left - 6}\" y=\"{Top + 4}\">{Encode(text(toY))}</text><text class=\"name\" x=\"{Left - 6}\" y=\"{Top + Height}\">0</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"name\" x=\"{Left + Width}\" y=\"{Top + Height + 16}\">{toX:0.#} s</text>");
        foreach (ChartMark mark in marks.Where(m => m.X <= toX))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"mark\" d=\"M{X(mark.X):0.#} {Top}V{Top + Height}\"><title>{Encode(mark.Text)}</title></path>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"mark\" x=\"{X(mark.X) + 2:0.#}\" y=\"{Top - 4}\">{Encode(mark.Text)}</text>");
        }

        foreach ((int number, ChartLine line) in shown.Index())
        {
            string colour = Colours[number % Colours.Length];
            svg.Append(CultureInfo.InvariantCulture, $"<g data-name=\"{Encode(line.Name)}\" fill=\"{colour}\" stroke=\"{colour}\"><polyline fill=\"none\" points=\"");
            svg.AppendJoin(' ', line.Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):0.#},{Y(p.Y):0.#}"))).Append("\"/>");
            foreach ((double x, double y) in line.Points)
                svg.Append(CultureInfo.InvariantCulture, $"<circle r=\"1.5\" cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\" data-x=\"{x:R}\" data-y=\"{y:R}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text stroke=\"none\" x=\"{Left + 8 + number * 120}\" y=\"{Top + Height + 16}\">{Encode(line.Name)}</text></g>");
        }

        return svg.Append("</svg></figure>\n").ToString();

        double X(double x) => Left + x / toX * Width;
        double Y(double y) => Top + Height - y / toY * Height;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
