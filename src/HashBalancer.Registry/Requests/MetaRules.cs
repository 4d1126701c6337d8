using System.Text;

namespace HashBalancer.Registry;

/// <summary>Consul's limits on the meta of services, and the words it refuses with.</summary>
internal static class MetaRules
{
    private const int MaxPairs = 64;
    private const int MaxKey = 128;
    private const int MaxValue = 512;

    /// <summary>Why this meta is refused, or null. Lengths count bytes of UTF-8.</summary>
    public static string? Fault(IReadOnlyDictionary<string, string>? meta)
    {
        if (meta is null)
            return null;
        if (meta.Count > MaxPairs)
            return $"Node metadata cannot contain more than {MaxPairs} key/value pairs";
        foreach ((string key, string value) in meta)
        {
            if (PairFault(key, value) is { } fault)
                return $"Couldn't load metadata pair ('{key}', '{value}'): {fault}";
        }

        return null;
    }

    private static string? PairFault(string key, string value) =>
        key.Length == 0 ? "Key cannot be blank"
        : key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) ? "Key contains invalid characters"
        : key.Length > MaxKey ? $"Key is too long (limit: {MaxKey} characters)"
        : key.StartsWith("consul-", StringComparison.Ordinal) ? "Key prefix 'consul-' is reserved for internal use"
        : Encoding.UTF8.GetByteCount(value) > MaxValue ? $"Value is too long (limit: {MaxValue} characters)"
        : null;
}
