using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace HashBalancer.Ring;

/// <summary>The recipe of points, format version <see cref="KeyHash.FormatVersion"/>.</summary>
internal static class RingFormat
{
    /// <summary>Positions on the circle.</summary>
    public const long Positions = 1L << 32;

    /// <summary>A hash's place on the circle.</summary>
    public static uint PositionOf(ulong hash) => (uint)(hash >> 32);

    /// <summary>How many points a weight gives: the first so many of the node's endless sequence, so that weights nest.</summary>
    public static long PointCount(double weight, int pointsPerUnitWeight) =>
        weight == 0 ? 0 : Math.Max(1, (long)Math.Round(weight * pointsPerUnitWeight, MidpointRounding.AwayFromZero));

    /// <summary>The last position that is nearer to a point than to the next one; at the middle the next one wins.</summary>
    /// <remarks>Positions may run below 0 and above the circle, so that neighbours across its ends need no case of their own.
    /// Of two points at one position the first keeps the position itself.</remarks>
    public static long LastNearer(long point, long next) => point + (Math.Max(0, next - point - 1) / 2);

    /// <summary>Adds the points with these numbers of a node, as position and slot in one word.</summary>
    public static void AddPoints<TSink>(string id, int slot, long firstPoint, long endPoint, ref TSink sink) where TSink : IPointSink, allows ref struct
    {
        int length = Encoding.UTF8.GetByteCount(id);
        Span<byte> seed = length <= 252 ? stackalloc byte[256] : new byte[length + sizeof(uint)];
        seed = seed[..(length + sizeof(uint))];
        Encoding.UTF8.GetBytes(id, seed);
        for (long i = firstPoint; i < endPoint; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(seed[length..], (uint)i);
            sink.Add((XxHash3.HashToUInt64(seed) & 0xFFFF_FFFF_0000_0000) | (uint)slot);
        }
    }
}

/// <summary>Takes points as words: the position in the upper 32 bits, the slot in the lower.</summary>
internal interface IPointSink
{
    void Add(ulong point);
}
