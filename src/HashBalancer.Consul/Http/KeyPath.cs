namespace HashBalancer.Consul;

/// <summary>Puts keys and ids into request paths without changing what they name.</summary>
internal static class KeyPath
{
    /// <summary>Why a key cannot travel in a path, or null. Agents and URI parsers resolve such segments, so that another key would be meant.</summary>
    public static string? Check(string key)
    {
        if (key.StartsWith('/'))
            return "must not start with '/'.";
        if (key.Contains("//", StringComparison.Ordinal))
            return "must not contain '//'.";
        foreach (Range range in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(range) is "." or "..")
                return "must not have '.' or '..' as a segment.";
        }

        return null;
    }

    /// <summary>A key with its slashes kept and all else escaped.</summary>
    /// <exception cref="ArgumentException">The key cannot travel in a path.</exception>
    public static string EscapeKey(string key)
    {
        if (Check(key) is { } fault)
            throw new ArgumentException($"Key '{key}' {fault}", nameof(key));
        return string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
    }

    /// <summary>An id or name as one segment.</summary>
    /// <exception cref="ArgumentException">It is empty or cannot travel in a path.</exception>
    public static string EscapeId(string id, string what)
    {
        if (string.IsNullOrEmpty(id))
            throw new ArgumentException($"The {what} is empty.", nameof(id));
        if (Check(id) is { } fault)
            throw new ArgumentException($"The {what} '{id}' {fault}", nameof(id));
        return Uri.EscapeDataString(id);
    }
}
