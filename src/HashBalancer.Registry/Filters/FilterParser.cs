using System.Text;

namespace HashBalancer.Registry;

/// <summary>Parses Consul's filter language (go-bexpr's grammar).</summary>
internal sealed class FilterParser
{
    /// <summary>Deeper than any expression written by hand, and far from the stack's end.</summary>
    private const int MaxDepth = 100;

    private const string IdentifierStart = "[a-zA-Z]";
    private const string IdentifierPart = "[a-zA-Z0-9_]";

    private readonly FilterScanner _scan;
    private int _depth;

    private FilterParser(FilterScanner scan) => _scan = scan;

    /// <summary>Parses an expression.</summary>
    /// <exception cref="FilterException">It is none.</exception>
    public static FilterExpression Parse(string text)
    {
        var scan = new FilterScanner(text);
        scan.SkipSpace();
        FilterExpression? expression = new FilterParser(scan).ParseOr();
        scan.SkipSpace();
        return expression is not null && scan.IsAtEnd ? expression : throw scan.Refusal();
    }

    private FilterExpression? ParseOr()
    {
        if (ParseAnd() is not { } left)
            return null;
        int start = _scan.At;
        if (_scan.RequireSpace() && _scan.Take("or") && _scan.RequireSpace() && ParseOr() is { } right)
            return new FilterExpression.Or(left, right);
        _scan.At = start;
        return left;
    }

    private FilterExpression? ParseAnd()
    {
        if (ParseNot() is not { } left)
            return null;
        int start = _scan.At;
        if (_scan.RequireSpace() && _scan.Take("and") && _scan.RequireSpace() && ParseAnd() is { } right)
            return new FilterExpression.And(left, right);
        _scan.At = start;
        return left;
    }

    private FilterExpression? ParseNot()
    {
        if (++_depth > MaxDepth)
            throw new FilterException($"expression is nested deeper than {MaxDepth}");
        int start = _scan.At;
        FilterExpression? expression = _scan.Take("not") && _scan.RequireSpace() && ParseNot() is { } inner ? new FilterExpression.Not(inner) : null;
        if (expression is null)
        {
            _scan.At = start;
            expression = ParseGroup();
        }

        if (expression is null)
        {
            _scan.At = start;
            expression = ParseSelectorFirst();
        }

        if (expression is null)
        {
            _scan.At = start;
            expression = ParseValueFirst();
        }

        _depth--;
        return expression;
    }

    private FilterExpression? ParseGroup()
    {
        if (!_scan.Take("("))
            return null;
        _scan.SkipSpace();
        if (ParseOr() is not { } inner)
            return null;
        _scan.SkipSpace();
        if (_scan.IsAtEnd)
            throw new FilterException($"{_scan.Place(_scan.At)}: Unmatched parentheses");
        return _scan.Take(")") ? inner : null;
    }

    private FilterExpression.Match? ParseSelectorFirst()
    {
        if (ParseSelector() is not { } selector)
            return null;
        int start = _scan.At;
        _scan.SkipSpace();
        foreach ((string symbol, FilterOperator operation) in new[] { ("==", FilterOperator.Equal), ("!=", FilterOperator.NotEqual) })
        {
            if (!_scan.Take(symbol))
                continue;
            _scan.SkipSpace();
            if (ParseValue() is { } value)
                return new FilterExpression.Match(selector, operation, value);
            return null;
        }

        foreach ((string[] words, FilterOperator operation) in new[]
        {
            (new[] { "contains" }, FilterOperator.In),
            (["not", "contains"], FilterOperator.NotIn),
            (["matches"], FilterOperator.Matches),
            (["not", "matches"], FilterOperator.NotMatches),
        })
        {
            _scan.At = start;
            if (_scan.TakeWords(words) && _scan.RequireSpace() && ParseValue() is { } value)
                return new FilterExpression.Match(selector, operation, value);
        }

        _scan.At = start;
        if (_scan.TakeWords("is", "empty"))
            return new FilterExpression.Match(selector, FilterOperator.IsEmpty, "");
        _scan.At = start;
        return _scan.TakeWords("is", "not", "empty") ? new FilterExpression.Match(selector, FilterOperator.IsNotEmpty, "") : null;
    }

    private FilterExpression.Match? ParseValueFirst()
    {
        if (ParseValue() is not { } value)
            return null;
        int start = _scan.At;
        if (_scan.TakeWords("in") && _scan.RequireSpace() && ParseSelector() is { } within)
            return new FilterExpression.Match(within, FilterOperator.In, value);
        _scan.At = start;
        return _scan.TakeWords("not", "in") && _scan.RequireSpace() && ParseSelector() is { } outside
            ? new FilterExpression.Match(outside, FilterOperator.NotIn, value)
            : null;
    }

    private List<string>? ParseSelector()
    {
        if (ParseIdentifier() is not { } first)
            return null;
        var parts = new List<string> { first };
        while (true)
        {
            int start = _scan.At;
            if (_scan.Take(".") && ParseIdentifier() is { } next)
            {
                parts.Add(next);
                continue;
            }

            _scan.At = start;
            if (_scan.Take("["))
            {
                _scan.SkipSpace();
                if (ParseString() is { } key)
                {
                    _scan.SkipSpace();
                    if (_scan.Take("]"))
                    {
                        parts.Add(key);
                        continue;
                    }
                }
            }

            _scan.At = start;
            return parts;
        }
    }

    private string? ParseIdentifier()
    {
        int start = _scan.At;
        if (!_scan.Take(char.IsAsciiLetter, IdentifierStart))
            return null;
        while (_scan.Take(c => char.IsAsciiLetterOrDigit(c) || c == '_', IdentifierPart))
        {
        }

        return _scan.Text[start.._scan.At];
    }

    private string? ParseValue()
    {
        int start = _scan.At;
        if (ParseSelector() is { } selector)
            return string.Join('.', selector);
        _scan.At = start;
        if (ParseNumber() is { } number)
            return number;
        _scan.At = start;
        return ParseString();
    }

    private string? ParseNumber()
    {
        int start = _scan.At;
        _scan.Take("-");
        if (!_scan.Take("0"))
        {
            if (!_scan.Take(c => c is >= '1' and <= '9', "[1-9]"))
                return null;
            TakeDigits();
        }

        int whole = _scan.At;
        if (_scan.Take(".") && _scan.Take(char.IsAsciiDigit, "[0-9]"))
            TakeDigits();
        else
            _scan.At = whole;
        // A number ends where a space, a closing parenthesis or the text does.
        return _scan.IsAtEnd || _scan.Text[_scan.At] is ' ' or '\t' or '\r' or '\n' or ')' ? _scan.Text[start.._scan.At] : null;
    }

    private void TakeDigits()
    {
        while (_scan.Take(char.IsAsciiDigit, "[0-9]"))
        {
        }
    }

    private string? ParseString()
    {
        char quote = _scan.Take("`") ? '`' : _scan.Take("\"") ? '"' : '\0';
        if (quote == '\0')
            return null;
        var text = new StringBuilder();
        while (_scan.At < _scan.Text.Length)
        {
            char c = _scan.Text[_scan.At++];
            if (c == quote)
                return text.ToString();
            if (c == '\\' && quote == '"' && _scan.At < _scan.Text.Length)
                c = Unescape(_scan.Text[_scan.At++]);
            text.Append(c);
        }

        throw new FilterException($"{_scan.Place(_scan.At)}: Unterminated string literal");
    }

    private static char Unescape(char c) => c switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => c,
    };
}
