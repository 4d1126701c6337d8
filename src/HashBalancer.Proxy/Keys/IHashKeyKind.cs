using System.Diagnostics.CodeAnalysis;

namespace HashBalancer.Proxy;

/// <summary>One kind of key source, such as <c>header</c>: the extension point for keys of one's own.</summary>
/// <remarks>Register implementations with <c>TryAddEnumerable</c>; two kinds of one name fail at startup. Thread-safe.</remarks>
public interface IHashKeyKind
{
    /// <summary>What stands before the colon in configuration: lower case, without a colon. See <see cref="HashKeyKinds"/>.</summary>
    string Name { get; }

    /// <summary>Whether a name follows the colon (<c>header:X-User-Id</c>); without it, none may (<c>path</c>).</summary>
    bool TakesName { get; }

    /// <summary>Makes the source.</summary>
    /// <param name="name">What follows the colon, not empty; empty when <see cref="TakesName"/> is false.</param>
    /// <param name="source">The source.</param>
    /// <param name="problem">Why the name is refused: half a sentence that follows "because", such as "' ' is not allowed in a header name".</param>
    bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem);
}
