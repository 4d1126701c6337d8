namespace HashBalancer.LoadTests.Reports;

/// <summary>The report formats by name. A further one is a class and a line here.</summary>
internal static class ReportFormats
{
    public static readonly IReadOnlyList<IReportFormat<LoadReport>> All =
        [new JsonFormat<LoadReport>(), new MarkdownFormat(), new HtmlFormat(), new CsvFormat(), new JUnitFormat()];

    /// <summary>Writes the report once in each format, as <paramref name="name"/> with the format's extension; gives the files.</summary>
    public static async Task<IReadOnlyList<string>> Save<TReport>(
        TReport report, IEnumerable<IReportFormat<TReport>> formats, DirectoryInfo folder, string name)
    {
        folder.Create();
        var files = new List<string>();
        foreach (IReportFormat<TReport> format in formats)
        {
            string file = Path.Combine(folder.FullName, name + format.Extension);
            await File.WriteAllTextAsync(file, format.Write(report));
            files.Add(file);
        }

        return files;
    }
}
