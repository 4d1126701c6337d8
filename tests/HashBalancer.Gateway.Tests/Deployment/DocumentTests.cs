using System.Text.RegularExpressions;
using HashBalancer.Gateway.Configuration.Schema;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Deployment;

/// <summary>What documents name is there: files, commands, keys and metrics.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/results/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_WithinTheRepository_LeadSomewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        Assert.DoesNotContain(
            Link().Matches(WithoutFences(Read(document))).Select(link => link.Groups[1].Value.Split('#')[0]),
            target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, Uri.UnescapeDataString(target))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_OfTheProgram_AreOnesThatItTakes(string document)
    {
        foreach (string line in CommandsIn(Read(document)).Where(line => line.StartsWith("hashbalancer ", StringComparison.Ordinal)))
            DeployFiles.IsCommandLine(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_OfOtherPrograms_AreKnownAndNameWhatIsThere(string document)
    {
        foreach (string line in IsForUsers(document) ? CommandsIn(Read(document)) : [])
        {
            Assert.True(KnownCommands.IsChecked(line), $"{document} has the command '{line}', and nothing runs or checks it; see {nameof(KnownCommands)}.");
            foreach (string word in line.Split(' ').Select(word => word.TrimStart('@')).Where(word => RepositoryPath().IsMatch(word)))
                Assert.True(Path.Exists(Path.Combine(Repository.Root, word)), $"{document} names {word}, which is not there.");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Keys_InOurSections_AreReadByTheGateway(string document)
    {
        if (document.StartsWith("src/decisions", StringComparison.Ordinal) || document == "CHANGELOG.md")
            return;
        HashSet<string> keys = [.. ConfigurationReference.Read().Keys];
        string[] unknown =
        [
            .. Code().Matches(WithoutFences(Read(document))).Select(code => code.Groups[1].Value)
                .Where(code => Sections().IsMatch(code) && !keys.Contains(code) && !keys.Any(key => key.StartsWith($"{code}:", StringComparison.Ordinal))),
        ];
        Assert.Empty(unknown);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Metrics_Named_AreThere(string document)
    {
        if (!document.StartsWith("src/decisions", StringComparison.Ordinal) && document != "CHANGELOG.md")
            Assert.Empty(DeployFiles.UnknownMetrics(Read(document)));
    }

    /// <summary>Those for people who install and run it; the others are for people who measure and change it.</summary>
    private static bool IsForUsers(string document) =>
        document == "README.md" || document.StartsWith("docs/", StringComparison.Ordinal) || document.StartsWith("config/", StringComparison.Ordinal) || document.StartsWith("deploy/", StringComparison.Ordinal);

    private static string Read(string document) => File.ReadAllText(Path.Combine(Repository.Root, document));

    private static string WithoutFences(string text) => Fence().Replace(text, "");

    /// <summary>The commands of a document's shell blocks; lines that end with a backslash, or within quotes, go on.</summary>
    private static IEnumerable<string> CommandsIn(string text)
    {
        foreach (Match block in Fence().Matches(text).Where(block => block.Groups["language"].Value is "sh" or "bash" or "shell"))
        {
            string command = "";
            foreach (string line in block.Groups["body"].Value.Split('\n').Select(line => line.Trim()))
            {
                command = command.Length == 0 ? line : $"{command} {line}";
                if (command.EndsWith('\\'))
                {
                    command = command[..^1].TrimEnd();
                    continue;
                }

                if (command.Count(c => c == '\'') % 2 == 1)
                    continue;
                if (command.Length > 0 && command[0] != '#')
                    yield return command;
                command = "";
            }
        }
    }

    [GeneratedRegex(@"^[ ]*```(?<language>[a-z]*)\n(?<body>.*?)^[ ]*```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.None, 5_000)]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`", RegexOptions.None, 5_000)]
    private static partial Regex Code();

    [GeneratedRegex("^(Pools:<name>|Proxy|Admin|Registry|Consul|Membership|Publishing|Coordination|Rebalancing|Announcements):[A-Za-z:<>]+$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Sections();

    [GeneratedRegex("^(src|config|deploy|docs|loadtests|tests|\\.ci)/", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex RepositoryPath();
}
