using System.Text.RegularExpressions;

namespace HashBalancer.Registry;

/// <summary>Reads the rules of a policy, such as <c>service "web" { policy = "write" } acl = "read"</c>.</summary>
internal static partial class AclRuleParser
{
    private static readonly string[] Named = ["service", "node", "key", "session", "event", "agent"];
    private static readonly string[] Single = ["acl", "operator", "keyring", "query"];

    /// <summary>Reads rules.</summary>
    /// <exception cref="FormatException">They are malformed; the message says where.</exception>
    public static IReadOnlyList<AclRule> Parse(string rules)
    {
        var parsed = new List<AclRule>();
        int at = 0;
        while (SkipSpace(rules, ref at) < rules.Length)
        {
            Match match = Block().Match(rules, at);
            if (match.Success)
            {
                parsed.Add(NamedRule(match));
                at += match.Length;
                continue;
            }

            match = Assignment().Match(rules, at);
            if (!match.Success || !Single.Contains(match.Groups["kind"].Value, StringComparer.Ordinal))
                throw new FormatException($"Failed to parse ACL rules: at character {at}: expected kind \"name\" {{ policy = \"…\" }} or kind = \"…\"");
            parsed.Add(new AclRule(match.Groups["kind"].Value, "", false, ParsePolicy(match)));
            at += match.Length;
        }

        return parsed;
    }

    private static AclRule NamedRule(Match match)
    {
        string kind = match.Groups["kind"].Value;
        bool prefix = kind.EndsWith("_prefix", StringComparison.Ordinal);
        if (prefix)
            kind = kind[..^"_prefix".Length];
        return Named.Contains(kind, StringComparer.Ordinal) || kind == "query"
            ? new AclRule(kind, match.Groups["name"].Value, prefix, ParsePolicy(match))
            : throw new FormatException($"Failed to parse ACL rules: unknown kind \"{match.Groups["kind"].Value}\"");
    }

    private static Access? ParsePolicy(Match match) => match.Groups["policy"].Value switch
    {
        "read" or "list" => Access.Read,
        "write" => Access.Write,
        "deny" => null,
        string other => throw new FormatException($"Invalid {match.Groups["kind"].Value} policy: \"{other}\""),
    };

    private static int SkipSpace(string rules, ref int at)
    {
        while (at < rules.Length && (char.IsWhiteSpace(rules[at]) || rules[at] == '#'))
        {
            // A comment goes to the end of its line.
            int end = rules[at] == '#' ? rules.IndexOf('\n', at) : at;
            at = end < 0 ? rules.Length : end + 1;
        }

        return at;
    }

    [GeneratedRegex("""\G(?<kind>[a-z_]+)\s+"(?<name>[^"]*)"\s*\{\s*policy\s*=\s*"(?<policy>[^"]*)"\s*\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex("""\G(?<kind>[a-z_]+)\s*=\s*"(?<policy>[^"]*)"\s*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();
}
