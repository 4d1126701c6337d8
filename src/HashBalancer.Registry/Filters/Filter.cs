using System.Text.RegularExpressions;

namespace HashBalancer.Registry;

/// <summary>Turns the parameter ?filter into a test of one kind of object.</summary>
internal static class Filter
{
    /// <summary>Compiles a filter; an empty one lets everything through.</summary>
    /// <exception cref="RefusedException">500, as Consul has it: the filter is refused.</exception>
    public static Func<T, bool> Compile<T>(
        string text, FilterSchema<T> schema, string refusal = "Failed to create boolean expression evaluator: ")
        where T : class
    {
        if (text.Length == 0)
            return _ => true;
        try
        {
            return Compile(FilterParser.Parse(text), schema.Untyped);
        }
        catch (FilterException e)
        {
            throw RefusedException.Failed(refusal + e.Message);
        }
    }

    private static Func<object, bool> Compile(FilterExpression expression, FilterSchema schema)
    {
        switch (expression)
        {
            case FilterExpression.Or or:
                Func<object, bool> either = Compile(or.Left, schema), other = Compile(or.Right, schema);
                return o => either(o) || other(o);
            case FilterExpression.And and:
                Func<object, bool> both = Compile(and.Left, schema), too = Compile(and.Right, schema);
                return o => both(o) && too(o);
            case FilterExpression.Not not:
                Func<object, bool> inner = Compile(not.Inner, schema);
                return o => !inner(o);
            default:
                return Compile((FilterExpression.Match)expression, 0, schema);
        }
    }

    private static Func<object, bool> Compile(FilterExpression.Match match, int depth, FilterSchema schema)
    {
        FilterField field = schema.Find(match.Selector[depth]) ?? throw NotValid(match);
        Func<object, object?> get = field.Get;
        bool last = depth + 1 == match.Selector.Count;
        bool whenMissing = match.Operator is FilterOperator.NotEqual or FilterOperator.NotIn or FilterOperator.NotMatches or FilterOperator.IsEmpty;
        if (last)
        {
            Func<object?, bool> test = TestOf(match, field.Kind);
            return o => test(get(o));
        }

        string key = match.Selector[depth + 1];
        switch (field.Kind)
        {
            case FilterKind.Object:
                Func<object, bool> ofObject = Compile(match, depth + 1, field.Inner!);
                return o => get(o) is { } inner ? ofObject(inner) : whenMissing;
            case FilterKind.Objects:
                Func<object, bool> ofElement = Compile(match, depth + 1, field.Inner!);
                return o => get(o) is IEnumerable<object> elements && elements.Any(ofElement);
            case FilterKind.TextMap when depth + 2 == match.Selector.Count:
                Func<object?, bool> ofValue = TestOf(match, FilterKind.Text);
                return o => get(o) is IReadOnlyDictionary<string, string> map && map.TryGetValue(key, out string? value) ? ofValue(value) : whenMissing;
            case FilterKind.ObjectMap when depth + 2 < match.Selector.Count:
                Func<object, bool> ofMember = Compile(match, depth + 2, field.Inner!);
                return o => get(o) is IReadOnlyDictionary<string, object> map && map.TryGetValue(key, out object? value) ? ofMember(value) : whenMissing;
            default:
                throw NotValid(match);
        }
    }

    private static Func<object?, bool> TestOf(FilterExpression.Match match, FilterKind kind)
    {
        string value = match.Value;
        bool negated = match.Operator is FilterOperator.NotEqual or FilterOperator.NotIn or FilterOperator.NotMatches or FilterOperator.IsNotEmpty;
        Func<object?, bool> test = (kind, match.Operator) switch
        {
            (FilterKind.Text, FilterOperator.Equal or FilterOperator.NotEqual) => o => (string?)o is null or "" ? value.Length == 0 : (string)o == value,
            (FilterKind.Text, FilterOperator.In or FilterOperator.NotIn) => o => ((string?)o ?? "").Contains(value, StringComparison.Ordinal),
            (FilterKind.Text, FilterOperator.Matches or FilterOperator.NotMatches) => MatchOf(match),
            (FilterKind.Number, FilterOperator.Equal or FilterOperator.NotEqual) => NumberOf(match),
            (FilterKind.Flag, FilterOperator.Equal or FilterOperator.NotEqual) => FlagOf(match),
            (FilterKind.Texts, FilterOperator.In or FilterOperator.NotIn) =>
                o => ((IReadOnlyList<string>?)o)?.Contains(value, StringComparer.Ordinal) ?? false,
            (FilterKind.Texts, FilterOperator.IsEmpty or FilterOperator.IsNotEmpty) => o => ((IReadOnlyList<string>?)o ?? []).Count == 0,
            (FilterKind.Objects, FilterOperator.IsEmpty or FilterOperator.IsNotEmpty) => o => o is not IEnumerable<object> all || !all.Any(),
            (FilterKind.TextMap, FilterOperator.In or FilterOperator.NotIn) =>
                o => ((IReadOnlyDictionary<string, string>?)o)?.ContainsKey(value) ?? false,
            (FilterKind.TextMap, FilterOperator.IsEmpty or FilterOperator.IsNotEmpty) =>
                o => o is not IReadOnlyDictionary<string, string> { Count: > 0 },
            (FilterKind.ObjectMap, FilterOperator.In or FilterOperator.NotIn) =>
                o => ((IReadOnlyDictionary<string, object>?)o)?.ContainsKey(value) ?? false,
            (FilterKind.ObjectMap, FilterOperator.IsEmpty or FilterOperator.IsNotEmpty) =>
                o => o is not IReadOnlyDictionary<string, object> { Count: > 0 },
            (FilterKind.Object, _) => throw NotValid(match),
            _ => throw new FilterException($"Invalid match operator \"{NameOf(match.Operator)}\" for selector \"{match.SelectorText}\""),
        };
        return negated ? o => !test(o) : test;
    }

    private static Func<object?, bool> NumberOf(FilterExpression.Match match) =>
        long.TryParse(match.Value, out long number) ? o => (long)o! == number : throw NotCoerced(match, "strconv.ParseInt");

    private static Func<object?, bool> FlagOf(FilterExpression.Match match) =>
        GoBool.TryParse(match.Value, out bool flag) ? o => (bool)o! == flag : throw NotCoerced(match, "strconv.ParseBool");

    private static Func<object?, bool> MatchOf(FilterExpression.Match match)
    {
        try
        {
            // NonBacktracking is linear in its input, as Go's regular expressions are.
            var regex = new Regex(match.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return o => regex.IsMatch((string?)o ?? "");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FilterException($"Failed to compile regular expression \"{match.Value}\": {e.Message}");
        }
    }

    private static FilterException NotValid(FilterExpression.Match match) => new($"Selector \"{match.SelectorText}\" is not valid");

    private static FilterException NotCoerced(FilterExpression.Match match, string function) =>
        new($"Failed to coerce value \"{match.Value}\" for selector \"{match.SelectorText}\": {function}: parsing \"{match.Value}\": invalid syntax");

    private static string NameOf(FilterOperator operation) => operation switch
    {
        FilterOperator.NotEqual => "Not Equal",
        FilterOperator.NotIn => "Not In",
        FilterOperator.IsEmpty => "Is Empty",
        FilterOperator.IsNotEmpty => "Is Not Empty",
        FilterOperator.NotMatches => "Not Matches",
        _ => operation.ToString(),
    };
}
