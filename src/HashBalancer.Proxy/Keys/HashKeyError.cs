namespace HashBalancer.Proxy;

/// <summary>One fault in a list of key sources.</summary>
/// <param name="Position">Where the source stands in the list, from 0.</param>
/// <param name="Value">The source as written.</param>
/// <param name="Problem">What is wrong with it: a sentence without the value's position, such as "'heder' is no kind of key source."</param>
/// <param name="Allowed">The forms that are allowed, in order of name: <c>client-ip</c>, <c>cookie:&lt;name&gt;</c>, …</param>
/// <param name="Nearest">The allowed kind that a misspelt one is closest to, or null when none is close.</param>
public sealed record HashKeyError(int Position, string Value, string Problem, IReadOnlyList<string> Allowed, string? Nearest)
{
    /// <summary>The whole message in one line.</summary>
    public override string ToString() =>
        $"Key source {Position} is '{Value}': {Problem}{(Nearest is null ? "" : $" Did you mean '{Nearest}'?")} Allowed: {string.Join(", ", Allowed)}.";
}
