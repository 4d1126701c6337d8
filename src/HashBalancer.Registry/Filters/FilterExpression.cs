namespace HashBalancer.Registry;

/// <summary>The comparisons of the filter language.</summary>
internal enum FilterOperator
{
    Equal,
    NotEqual,
    In,
    NotIn,
    IsEmpty,
    IsNotEmpty,
    Matches,
    NotMatches,
}

/// <summary>A parsed filter expression.</summary>
internal abstract record FilterExpression
{
    internal sealed record Or(FilterExpression Left, FilterExpression Right) : FilterExpression;

    internal sealed record And(FilterExpression Left, FilterExpression Right) : FilterExpression;

    internal sealed record Not(FilterExpression Inner) : FilterExpression;

    /// <summary>One comparison; <paramref name="Value"/> is empty for the emptiness tests.</summary>
    internal sealed record Match(IReadOnlyList<string> Selector, FilterOperator Operator, string Value) : FilterExpression
    {
        public string SelectorText => string.Join('.', Selector);
    }
}
