using System.Text.RegularExpressions;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>Every alert has its section in the runbook, and every section its alert.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public void Sections_OfTheRunbook_AreTheAlerts()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        IEnumerable<string> sections = Heading().Matches(text[text.IndexOf("## Runbook", StringComparison.Ordinal)..]).Select(heading => heading.Groups[1].Value);
        Assert.Equal(
            DeployFiles.Documents("prometheus/alerts.yml")[0].List("groups").SelectMany(group => group.List("rules")).Select(rule => rule.Text("alert")).Order(StringComparer.Ordinal),
            sections.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline, 1_000)]
    private static partial Regex Heading();
}
