using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Cli;

/// <summary>What <c>run</c> was asked for, judged.</summary>
/// <param name="Scenarios">In the order of the command line.</param>
/// <param name="Urls">The addresses to test; empty to start what each scenario needs.</param>
internal sealed record RunOptions(IReadOnlyList<Scenario> Scenarios, IReadOnlyList<Uri> Urls)
{
    /// <summary>Stands for every scenario that comes along but the long ones.</summary>
    public const string Everything = "all";

    /// <exception cref="UsageException">Something is not allowed; every error is told at once.</exception>
    public static RunOptions Read(IEnumerable<string> names, IEnumerable<string> urls, string? duration)
    {
        var errors = new List<string>();
        Uri[] addresses = [.. urls.Select(u => ReadUrl(u, errors)).OfType<Uri>()];
        TimeSpan? length = ReadDuration(duration, errors);
        var scenarios = new List<Scenario>();
        foreach (string name in names.SelectMany(n => n == Everything ? ShortOnes() : [n]))
        {
            try
            {
                Scenario scenario = ScenarioCatalog.Default.Load(name);
                scenarios.Add(length is { } measured ? scenario with { Duration = measured } : scenario);
            }
            catch (ScenarioFileException e)
            {
                errors.Add(e.Message);
            }
        }

        return errors.Count == 0 ? new RunOptions(scenarios, addresses) : throw new UsageException(string.Join(Environment.NewLine, errors));
    }

    private static IEnumerable<string> ShortOnes() => ScenarioCatalog.Default.Names.Where(n => !ScenarioCatalog.Default.Load(n).IsLong);

    private static TimeSpan? ReadDuration(string? text, List<string> errors)
    {
        if (text is null)
            return null;
        if (Durations.TryParse(text, out TimeSpan duration) && duration > TimeSpan.Zero)
            return duration;
        errors.Add($"--duration: \"{text}\" is not allowed; it must be {Durations.Allowed}");
        return null;
    }

    private static Uri? ReadUrl(string text, List<string> errors)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/")
            return url;
        errors.Add($"--url: \"{text}\" is not allowed; it must be http://host:port or https://host:port without a path: the steps have paths");
        return null;
    }
}
