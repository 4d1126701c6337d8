namespace HashBalancer.Gateway.Configuration;

/// <summary>One fault in the configuration.</summary>
/// <param name="Key">The full key path, such as <c>HashBalancer:Pools:items:Service</c>.</param>
/// <param name="Message">What is wrong with which value, and what is allowed.</param>
internal sealed record ConfigurationError(string Key, string Message)
{
    /// <summary>Takes apart a message of the form <c>Key:Path: what is wrong</c>, as the libraries' validators write it.</summary>
    public static ConfigurationError Parse(string text)
    {
        int end = text.IndexOf(": ", StringComparison.Ordinal);
        return end < 0 ? new("", text) : new(text[..end], text[(end + 2)..]);
    }

    public override string ToString() => $"{Key}: {Message}";
}
