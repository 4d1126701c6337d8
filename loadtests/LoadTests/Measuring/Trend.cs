namespace HashBalancer.LoadTests.Measuring;

/// <summary>What became of a figure in the course of a run.</summary>
internal static class Trend
{
    /// <summary>The least-squares slope, in the figure's unit per unit of x; 0 for fewer than two different x.</summary>
    public static double Slope(IReadOnlyCollection<(double X, double Y)> points)
    {
        if (points.Count == 0)
            return 0;
        double meanX = points.Average(p => p.X), meanY = points.Average(p => p.Y);
        double spread = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        return spread == 0 ? 0 : points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
    }

    /// <summary>How far the last third's median lies above the first third's, as a part of it; null for fewer than three values or a first of 0.</summary>
    /// <remarks>Medians of thirds, so that one bad interval is no drift.</remarks>
    public static double? Drift(IReadOnlyList<double> values)
    {
        int third = values.Count / 3;
        if (third == 0)
            return null;
        double first = Median(values.Take(third)), last = Median(values.Skip(values.Count - third));
        return first == 0 ? null : last / first - 1;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
