namespace HashBalancer.Control;

/// <summary>Names of settings that a service carries for this product: <c>hashbalancer.NAME</c>.</summary>
/// <remarks>
/// Tags are written <c>hashbalancer.NAME=VALUE</c>, meta pairs <c>hashbalancer-NAME</c>, since Consul allows no dot in meta names; dot,
/// dash and underscore after the prefix mean the same, and case means nothing.
/// </remarks>
internal static class SettingTag
{
    private const string Prefix = "hashbalancer";
    private const string Separators = ".-_";

    /// <summary>Takes a tag apart; false when it carries no setting of this product.</summary>
    public static bool TryParse(string? tag, out string name, out string value)
    {
        (name, value) = ("", "");
        int equals = tag?.IndexOf('=', StringComparison.Ordinal) ?? -1;
        if (equals < 0 || NameIn(tag.AsSpan(0, equals)) is not { } found)
            return false;
        (name, value) = (found, tag![(equals + 1)..]);
        return true;
    }

    /// <summary>The setting's name in a key; null when the key is none of this product's.</summary>
    public static string? NameIn(ReadOnlySpan<char> key) => HasPrefix(key) ? key[(Prefix.Length + 1)..].ToString() : null;

    private static bool HasPrefix(ReadOnlySpan<char> key) =>
        key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && Separators.Contains(key[Prefix.Length], StringComparison.Ordinal);
}
