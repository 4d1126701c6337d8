using System.Text.RegularExpressions;
using HashBalancer.Testing;

namespace HashBalancer.Architecture;

/// <summary>Programs that read logs know an event by its id: no two events share one.</summary>
public sealed partial class EventIdTests
{
    [Fact]
    public void EventIds_OfAllLogEntries_AreUniqueAndNamed()
    {
        (string Id, string Name)[] events =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .SelectMany(file => Event().Matches(File.ReadAllText(file)))
                .Select(match => (match.Groups["id"].Value, match.Groups["name"].Value)),
        ];

        Assert.True(events.Length > 40, $"only {events.Length} events were found");
        Assert.Empty(events.GroupBy(one => one.Id, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => string.Join(", ", same)));
        Assert.Empty(events.GroupBy(one => one.Name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => string.Join(", ", same)));
    }

    [GeneratedRegex("(?:new EventId\\(|EventId = )(?<id>\\d+), (?:EventName = )?\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Event();
}
