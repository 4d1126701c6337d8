using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Cli;

/// <summary>What <c>run</c> was asked for, judged.</summary>
/// <param name="Scenarios">In the order of the command line.</param>
/// <param name="Url">The address to test; null to start the demo.</param>
internal sealed record RunOptions(IReadOnlyList<Scenario> Scenarios, Uri? Url)
{
    /// <exception cref="UsageException">Something is not allowed; every error is told at once.</exception>
    public static RunOptions Read(IEnumerable<string> names, string? url, string? duration)
    {
        var errors = new List<string>();
        Uri? address = ReadUrl(url, errors);
        TimeSpan? length = ReadDuration(duration, errors);
        var scenarios = new List<Scenario>();
        foreach (string name in names)
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

        return errors.Count == 0 ? new RunOptions(scenarios, address) : throw new UsageException(string.Join(Environment.NewLine, errors));
    }

    private static TimeSpan? ReadDuration(string? text, List<string> errors)
    {
        if (text is null)
            return null;
        if (Durations.TryParse(text, out TimeSpan duration) && duration > TimeSpan.Zero)
            return duration;
        errors.Add($"--duration: \"{text}\" is not allowed; it must be {Durations.Allowed}");
        return null;
    }

    private static Uri? ReadUrl(string? text, List<string> errors)
    {
        if (text is null)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/")
            return url;
        errors.Add($"--url: \"{text}\" is not allowed; it must be http://host:port or https://host:port without a path: the steps have paths");
        return null;
    }
}
