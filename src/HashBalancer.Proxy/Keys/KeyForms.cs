namespace HashBalancer.Proxy;

/// <summary>How a key is written before it is hashed, so that spellings which mean the same have one owner.</summary>
[Flags]
internal enum KeyForms
{
    /// <summary>As it came.</summary>
    None = 0,

    /// <summary><c>lower</c>: lower case, by the rules of Unicode that hold in every language.</summary>
    Lower = 1,

    /// <summary><c>trim</c>: without white space at either end, and without slashes at the end.</summary>
    Trim = 2,
}

/// <summary>Forms as configuration writes them.</summary>
internal static class KeyFormNames
{
    public static IReadOnlyList<string> All { get; } = ["lower", "trim"];

    /// <summary>The form of a name; <see cref="KeyForms.None"/> when there is none.</summary>
    public static KeyForms Of(string name) => name switch
    {
        "lower" => KeyForms.Lower,
        "trim" => KeyForms.Trim,
        _ => KeyForms.None,
    };
}
