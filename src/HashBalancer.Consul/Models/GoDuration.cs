using System.Buffers;
using System.Globalization;
using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>A length of time as Consul writes it: whole nanoseconds, read and written in Go's form (<c>1.5s</c>, <c>1m30s</c>, <c>0s</c>).</summary>
/// <remarks>
/// The grammar is that of Go's time.ParseDuration: an optional sign, then numbers with an optional fraction, each followed by one of
/// ns, us, µs, ms, s, m, h; a bare <c>0</c> is allowed. Immutable; thread-safe.
/// </remarks>
/// <param name="Nanoseconds">The length in nanoseconds.</param>
[JsonConverter(typeof(GoDurationConverter))]
public readonly record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private static readonly SearchValues<char> NumberStart = SearchValues.Create("0123456789.");

    /// <summary>No time at all.</summary>
    public static GoDuration Zero => default;

    /// <summary>The same length as a <see cref="System.TimeSpan"/>, whose unit is 100 ns; the rest is cut off.</summary>
    public TimeSpan TimeSpan => new(Nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>The length of a <see cref="System.TimeSpan"/>.</summary>
    /// <exception cref="OverflowException">It is beyond about 292 years.</exception>
    public static GoDuration From(TimeSpan value) => new(checked(value.Ticks * TimeSpan.NanosecondsPerTick));

    /// <summary>The length of a <see cref="System.TimeSpan"/>.</summary>
    public static implicit operator GoDuration(TimeSpan value) => From(value);

    /// <summary>Reads Go's form.</summary>
    /// <exception cref="FormatException">The text is no duration; the message is Go's own.</exception>
    public static GoDuration Parse(string text) =>
        TryParse(text, out GoDuration value, out string? error) ? value : throw new FormatException(error);

    /// <summary>Reads Go's form.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The length, or zero.</param>
    /// <returns>Whether the text is a duration.</returns>
    public static bool TryParse(string? text, out GoDuration value) => TryParse(text, out value, out _);

    /// <summary>Reads Go's form and says what is wrong in Go's words, such as <c>time: missing unit in duration "5"</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The length, or zero.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <returns>Whether the text is a duration.</returns>
    public static bool TryParse(string? text, out GoDuration value, out string? error)
    {
        value = default;
        ReadOnlySpan<char> rest = text ?? "";
        bool negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
        {
            error = null;
            return true;
        }

        if (rest.IsEmpty)
            return Fail($"time: invalid duration {Quote(text)}", out error);

        // As Go does, the magnitude is gathered unsigned, so that the most negative value can be read.
        ulong total = 0;
        while (!rest.IsEmpty)
        {
            if (!ReadNumber(ref rest, out ulong whole, out decimal fraction))
                return Fail($"time: invalid duration {Quote(text)}", out error);
            int unitLength = rest.IndexOfAny(NumberStart);
            ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
            if (unit.IsEmpty)
                return Fail($"time: missing unit in duration {Quote(text)}", out error);
            if (UnitOf(unit) is not { } scale)
                return Fail($"time: unknown unit {Quote(unit.ToString())} in duration {Quote(text)}", out error);
            rest = rest[unit.Length..];
            UInt128 sum = (UInt128)total + (UInt128)whole * (ulong)scale + (ulong)(fraction * scale);
            if (sum > (UInt128)1 << 63)
                return Fail($"time: invalid duration {Quote(text)}", out error);
            total = (ulong)sum;
        }

        if (!negative && total > long.MaxValue)
            return Fail($"time: invalid duration {Quote(text)}", out error);
        value = new GoDuration(negative ? unchecked(-(long)total) : (long)total);
        error = null;
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Whether the left length is the shorter one.</summary>
    public static bool operator <(GoDuration left, GoDuration right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether the left length is the longer one.</summary>
    public static bool operator >(GoDuration left, GoDuration right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether the left length is not the longer one.</summary>
    public static bool operator <=(GoDuration left, GoDuration right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether the left length is not the shorter one.</summary>
    public static bool operator >=(GoDuration left, GoDuration right) => left.Nanoseconds >= right.Nanoseconds;

    /// <summary>Go's form: the largest fitting unit below a second (<c>1.5ms</c>), else hours, minutes and seconds (<c>1h0m0s</c>).</summary>
    public override string ToString()
    {
        string sign = Nanoseconds < 0 ? "-" : "";
        ulong n = Nanoseconds < 0 ? (ulong)-(Int128)Nanoseconds : (ulong)Nanoseconds;
        return n switch
        {
            0 => "0s",
            < Microsecond => $"{sign}{n}ns",
            < Millisecond => $"{sign}{Fraction(n, Microsecond)}µs",
            < Second => $"{sign}{Fraction(n, Millisecond)}ms",
            < (ulong)Minute => $"{sign}{Fraction(n, Second)}s",
            < (ulong)Hour => $"{sign}{n / (ulong)Minute}m{Fraction(n % (ulong)Minute, Second)}s",
            _ => $"{sign}{n / (ulong)Hour}h{n % (ulong)Hour / (ulong)Minute}m{Fraction(n % (ulong)Minute, Second)}s",
        };
    }

    private static bool Fail(string why, out string? error)
    {
        error = why;
        return false;
    }

    private static bool ReadNumber(ref ReadOnlySpan<char> rest, out ulong whole, out decimal fraction)
    {
        fraction = 0;
        int digits = LeadingDigits(rest);
        bool any = digits > 0;
        whole = 0;
        if (any && (!ulong.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out whole) || whole > 1UL << 63))
            return false;
        rest = rest[digits..];
        if (rest is not ['.', ..])
            return any;
        rest = rest[1..];
        digits = LeadingDigits(rest);
        any |= digits > 0;
        decimal place = 0.1m;
        // Digits beyond the 18th cannot change a nanosecond; Go drops them too.
        foreach (char digit in rest[..Math.Min(digits, 18)])
        {
            fraction += (digit - '0') * place;
            place /= 10;
        }

        rest = rest[digits..];
        return any;
    }

    private static int LeadingDigits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static long? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => null,
    };

    private static string Fraction(ulong value, long unit) =>
        ((decimal)value / unit).ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Quote(string? text) =>
        "\"" + (text ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
