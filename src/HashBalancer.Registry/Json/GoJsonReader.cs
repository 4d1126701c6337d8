using System.Globalization;
using System.Text;

namespace HashBalancer.Registry;

/// <summary>Reads the first JSON value of a body and refuses bad ones in the words of Go's encoding/json, which clients of Consul know.</summary>
/// <remarks>What follows the first value is not looked at: Go's Decoder does the same. Invalid UTF-8 becomes U+FFFD.</remarks>
internal ref struct GoJsonReader
{
    /// <summary>Deeper nesting than any request has, and far from the stack's end.</summary>
    private const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private int _depth;

    private GoJsonReader(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>Reads the first value of a body.</summary>
    /// <exception cref="GoJsonException">There is none, or it is malformed.</exception>
    public static GoValue Read(ReadOnlySpan<byte> text)
    {
        var reader = new GoJsonReader(text);
        reader.SkipSpace();
        if (reader._at == text.Length)
            throw new GoJsonException("EOF");
        return reader.ReadValue();
    }

    private GoValue ReadValue()
    {
        SkipSpace();
        byte first = Peek();
        switch (first)
        {
            case (byte)'{':
                return ReadObject();
            case (byte)'[':
                return ReadArray();
            case (byte)'"':
                return GoValue.OfString(ReadString());
            case (byte)'t':
                return ReadLiteral("true", GoValue.Of(true));
            case (byte)'f':
                return ReadLiteral("false", GoValue.Of(false));
            case (byte)'n':
                return ReadLiteral("null", GoValue.Null);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return ReadNumber();
            default:
                throw Unexpected(first, "looking for beginning of value");
        }
    }

    private GoValue ReadObject()
    {
        Enter();
        var members = new List<KeyValuePair<string, GoValue>>();
        SkipSpace();
        if (Peek() == '}')
            return Leave(GoValue.OfObject(members));
        while (true)
        {
            SkipSpace();
            if (Peek() != '"')
                throw Unexpected(Peek(), "looking for beginning of object key string");
            string key = ReadString();
            SkipSpace();
            if (Peek() != ':')
                throw Unexpected(Peek(), "after object key");
            _at++;
            members.Add(new(key, ReadValue()));
            SkipSpace();
            switch (Peek())
            {
                case (byte)',':
                    _at++;
                    break;
                case (byte)'}':
                    return Leave(GoValue.OfObject(members));
                default:
                    throw Unexpected(Peek(), "after object key:value pair");
            }
        }
    }

    private GoValue ReadArray()
    {
        Enter();
        var items = new List<GoValue>();
        SkipSpace();
        if (Peek() == ']')
            return Leave(GoValue.OfArray(items));
        while (true)
        {
            items.Add(ReadValue());
            SkipSpace();
            switch (Peek())
            {
                case (byte)',':
                    _at++;
                    break;
                case (byte)']':
                    return Leave(GoValue.OfArray(items));
                default:
                    throw Unexpected(Peek(), "after array element");
            }
        }
    }

    private GoValue ReadLiteral(string literal, GoValue value)
    {
        foreach (char expected in literal)
        {
            byte found = Peek();
            if (found != expected)
                throw Unexpected(found, $"in literal {literal} (expecting '{expected}')");
            _at++;
        }

        return value;
    }

    private GoValue ReadNumber()
    {
        int start = _at;
        if (Peek() == '-')
        {
            _at++;
            if (!char.IsAsciiDigit((char)Peek()))
                throw Unexpected(Peek(), "in numeric literal");
        }

        if (Peek() == '0')
            _at++;
        else
            SkipDigits();
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            if (!char.IsAsciiDigit((char)Peek()))
                throw Unexpected(Peek(), "after decimal point in numeric literal");
            SkipDigits();
        }

        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (Peek() is (byte)'+' or (byte)'-')
                _at++;
            if (!char.IsAsciiDigit((char)Peek()))
                throw Unexpected(Peek(), "in exponent of numeric literal");
            SkipDigits();
        }

        return GoValue.OfNumber(Encoding.ASCII.GetString(_text[start.._at]));
    }

    private string ReadString()
    {
        _at++;
        int plain = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
        // Most strings have no escape: they are taken as they stand.
        if (plain >= 0 && _text[_at + plain] == '"' && !_text.Slice(_at, plain).ContainsAnyInRange((byte)0, (byte)0x1F))
        {
            string whole = Encoding.UTF8.GetString(_text.Slice(_at, plain));
            _at += plain + 1;
            return whole;
        }

        var text = new StringBuilder();
        while (true)
        {
            int run = _at;
            while (Peek() is not ((byte)'"' or (byte)'\\') and >= 0x20)
                _at++;
            text.Append(Encoding.UTF8.GetString(_text[run.._at]));
            byte stop = Peek();
            if (stop < 0x20)
                throw Unexpected(stop, "in string literal");
            _at++;
            if (stop == '"')
                return WithoutLoneSurrogates(text.ToString());
            text.Append(ReadEscape());
        }
    }

    /// <summary>A lone half of a surrogate pair cannot be written as UTF-8 again: it becomes U+FFFD, as in Go.</summary>
    private static string WithoutLoneSurrogates(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private char ReadEscape()
    {
        byte escaped = Peek();
        _at++;
        switch (escaped)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                return (char)escaped;
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'u':
                int code = 0;
                for (int i = 0; i < 4; i++)
                {
                    byte digit = Peek();
                    if (!char.IsAsciiHexDigit((char)digit))
                        throw Unexpected(digit, "in \\u hexadecimal character escape");
                    code = code << 4 | int.Parse(((char)digit).ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    _at++;
                }

                return (char)code;
            default:
                throw Unexpected(escaped, "in string escape code");
        }
    }

    private readonly byte Peek() => _at < _text.Length ? _text[_at] : throw new GoJsonException("unexpected EOF");

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private void SkipDigits()
    {
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
            _at++;
    }

    private void Enter()
    {
        _at++;
        if (++_depth > MaxDepth)
            throw new GoJsonException("exceeded max depth");
    }

    private GoValue Leave(GoValue value)
    {
        _at++;
        _depth--;
        return value;
    }

    private static GoJsonException Unexpected(byte found, string where)
    {
        string shown = found switch
        {
            (byte)'\'' => @"'\''",
            (byte)'"' => "'\"'",
            (byte)'\n' => @"'\n'",
            (byte)'\r' => @"'\r'",
            (byte)'\t' => @"'\t'",
            < 0x20 or 0x7F => $@"'\x{found:x2}'",
            _ => $"'{(char)found}'",
        };
        return new GoJsonException($"invalid character {shown} {where}");
    }
}
