using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using HashBalancer.Benchmarks;

const string Usage = """
    Measures what one call costs, beside baselines in the same run.

      --smoke          few rounds, less than a minute: figures are rough
      --only <text>    benchmarks with this in their name alone
      --check          exit code 1 when a bound of bounds.json does not hold
      --report <file>  writes the run as Markdown
      --study          compares constructions of rings by evenness, movement, memory and time instead
    """;

bool smoke = false, check = false, study = false;
string? reportFile = null, only = null;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--smoke":
            smoke = true;
            break;
        case "--check":
            check = true;
            break;
        case "--study":
            study = true;
            break;
        case "--report" when i + 1 < args.Length:
            reportFile = args[++i];
            break;
        case "--only" when i + 1 < args.Length:
            only = args[++i];
            break;
        case "--help" or "-h":
            Console.WriteLine(Usage);
            return 0;
        default:
            await Console.Error.WriteLineAsync($"'{args[i]}' is no option, or its value is missing.\n\n{Usage}");
            return 2;
    }
}

string report;
bool held = true;
if (study)
{
    report = ConstructionStudy.Run(smoke);
}
else
{
    Type[] benchmarks = [.. typeof(RunConfig).Assembly.GetTypes()
        .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkAttribute), inherit: false)))
        .OrderBy(type => type.Name, StringComparer.Ordinal)];
    Dictionary<string, double> figures = [];
    Figures.AddSizes(figures, 1_000, 10_000);
    Summary[] Measure(IConfig config) => [.. benchmarks.Select(type => BenchmarkRunner.Run(type, config))];
    Summary[] summaries = Measure(RunConfig.Of(smoke, only is null ? [] : [only]));
    Figures.Add(figures, summaries);

    // A bound that fails while something else had the machine is measured again.
    Bounds bounds = Bounds.Load();
    for (int again = 0; check && again < 2 && bounds.Broken(figures) is { Length: > 0 } broken; again++)
        Figures.Add(figures, Measure(RunConfig.Of(smoke, broken.SelectMany(b => b.Benchmarks))));
    held = bounds.Broken(figures).Length == 0;
    report = Report.Write(summaries, figures, bounds);
}

Console.WriteLine(report);
if (reportFile is not null)
    await File.WriteAllTextAsync(reportFile, report);
return check && !held ? 1 : 0;
