namespace HashBalancer.LoadTests.Reports;

/// <summary>A way to write a report to a file.</summary>
/// <typeparam name="TReport">What it can write.</typeparam>
internal interface IReportFormat<in TReport>
{
    /// <summary>As <c>--format</c> names it.</summary>
    string Name { get; }

    /// <summary>How its files' names end, with the dot.</summary>
    string Extension { get; }

    string Write(TReport report);
}
