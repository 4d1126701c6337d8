using System.Buffers.Text;
using System.Globalization;

namespace HashBalancer.Fuzzing.Messages;

/// <summary>Names of exchanges that damage cannot turn into each other: 64 bits each, computed from the exchange's number and back.</summary>
/// <remarks>Whoever finds one in a message knows which exchange it comes from, without a table of those under way.</remarks>
internal static class RequestIds
{
    /// <summary>Stands on both sides of an id; allowed in targets, field values and bodies alike.</summary>
    private const byte Mark = (byte)'~';

    private const int Digits = 16;

    /// <summary>More exchanges than any run has. A random 64-bit number falls below with a probability of 2^-24.</summary>
    private const ulong Limit = 1UL << 40;

    /// <summary>How an exchange is named in its messages.</summary>
    public static string Of(long exchange) => string.Create(CultureInfo.InvariantCulture, $"~{Mix((ulong)exchange):x16}~");

    /// <summary>The first exchange that a message names; -1 when it names none.</summary>
    public static long First(ReadOnlySpan<byte> message)
    {
        _ = Next(message, 0, out long exchange);
        return exchange;
    }

    /// <summary>The first exchange that a message names and may not name; -1 when there is none.</summary>
    public static long Foreign(ReadOnlySpan<byte> message, Func<long, bool> isOwn)
    {
        for (int at = 0; (at = Next(message, at, out long exchange)) >= 0;)
        {
            if (!isOwn(exchange))
                return exchange;
        }

        return -1;
    }

    /// <summary>Finds the next id from a place on; returns where to go on, or -1.</summary>
    private static int Next(ReadOnlySpan<byte> message, int from, out long exchange)
    {
        exchange = -1;
        while (from < message.Length && message[from..].IndexOf(Mark) is >= 0 and int offset)
        {
            from += offset + 1;
            if (message.Length - from <= Digits || message[from + Digits] != Mark ||
                !Utf8Parser.TryParse(message.Slice(from, Digits), out ulong id, out int used, 'x') || used != Digits)
            {
                continue;
            }

            ulong number = Unmix(id);
            if (number >= Limit)
                continue;
            exchange = (long)number;
            return from + Digits + 1;
        }

        return -1;
    }

    // SplitMix64's finalizer (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) and its inverse.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    private static ulong Unmix(ulong x)
    {
        x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642b2d24d8ec3;
        x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96de1b173f119089;
        return x ^ (x >> 30) ^ (x >> 60);
    }
}
