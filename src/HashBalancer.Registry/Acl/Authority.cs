namespace HashBalancer.Registry;

/// <summary>What a caller wants to do to something.</summary>
internal enum Access
{
    Read,
    Write,
}

/// <summary>One rule of a policy: what may be done to the things of a kind whose name is, or starts with, the segment.</summary>
/// <param name="Kind">service, node, key, session, event, agent, acl or operator.</param>
/// <param name="Segment">The name or prefix; empty for the kinds that are one thing.</param>
/// <param name="IsPrefix">Whether the segment is a prefix.</param>
/// <param name="Allowed">Null denies.</param>
internal sealed record AclRule(string Kind, string Segment, bool IsPrefix, Access? Allowed);

/// <summary>What a token may do. Where no rule speaks the answer is no. Immutable; thread-safe.</summary>
internal sealed class Authority
{
    private readonly AclRule[] _rules;
    private readonly bool _isAll;

    private Authority(bool isAll, IEnumerable<AclRule> rules)
    {
        _isAll = isAll;
        _rules = [.. rules];
    }

    /// <summary>May do everything: the static token, and everybody while there is none.</summary>
    public static Authority All { get; } = new(true, []);

    /// <summary>A caller without a token.</summary>
    public static Authority Anonymous { get; } = new(false, []);

    public static Authority Of(IEnumerable<AclRule> rules) => new(false, rules);

    public bool Service(string name, Access access) => Allows("service", name, access);

    public bool Node(string name, Access access) => Allows("node", name, access);

    public bool Key(string key, Access access) => Allows("key", key, access);

    public bool Session(string node, Access access) => Allows("session", node, access);

    public bool Event(string name, Access access) => Allows("event", name, access);

    public bool Agent(string node, Access access) => Allows("agent", node, access);

    public bool Acl(Access access) => Allows("acl", "", access);

    /// <summary>A check is seen by who sees its node and, if it has one, its service.</summary>
    public bool Check(string node, string service) => Node(node, Access.Read) && (service.Length == 0 || Service(service, Access.Read));

    /// <summary>Whether every key below a prefix may be written.</summary>
    public bool KeysBelow(string prefix) =>
        Allows("key", prefix, Access.Write)
        && !_rules.Any(rule => rule.Kind == "key" && rule.Allowed != Access.Write && rule.Segment.StartsWith(prefix, StringComparison.Ordinal));

    private bool Allows(string kind, string name, Access access)
    {
        if (_isAll)
            return true;
        AclRule? best = null;
        foreach (AclRule rule in _rules)
        {
            bool speaks = rule.Kind == kind
                && (rule.IsPrefix ? name.StartsWith(rule.Segment, StringComparison.Ordinal) : name == rule.Segment);
            if (speaks && (best is null || Outranks(rule, best)))
                best = rule;
        }

        return best?.Allowed is { } allowed && (allowed == Access.Write || access == Access.Read);
    }

    /// <summary>An exact name speaks before a prefix, a longer prefix before a shorter; of two policies' equal rules, no before write before read.</summary>
    private static bool Outranks(AclRule rule, AclRule other)
    {
        if (rule.IsPrefix != other.IsPrefix)
            return other.IsPrefix;
        if (rule.Segment.Length != other.Segment.Length)
            return rule.Segment.Length > other.Segment.Length;
        return rule.Allowed is null || (rule.Allowed == Access.Write && other.Allowed == Access.Read);
    }
}
