using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HashBalancer.Ring;

/// <summary>XxHash3 with seed 0 for ASCII keys of 4 to 16 characters, the usual identifiers, without leaving registers.</summary>
/// <remarks>Encoding such a key to memory and calling the library takes three times as long as the hash and the look-up that
/// follows it. The short forms are a few lines of the algorithm's specification (XXH3_len_4to8, XXH3_len_9to16; their
/// constants are words of its default secret); all longer keys go to System.IO.Hashing, and tests hold both to one answer.</remarks>
internal static class ShortAsciiHash
{
    private const ulong Flip4To8 = 0x1cad21f72c81017c ^ 0xdb979083e96dd4de;
    private const ulong LowFlip9To16 = 0x1f67b3b7a4a44072 ^ 0x78e5c0cc4ee679cb;
    private const ulong HighFlip9To16 = 0x2172ffcc7dd05a82 ^ 0x8e2443f7744608b8;

    private const ulong NotAscii = 0xFF80_FF80_FF80_FF80;

    /// <summary>Hashes the key if it is one of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryHash(ReadOnlySpan<char> key, out ulong hash)
    {
        ref ushort start = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(key));
        if (BitConverter.IsLittleEndian && (uint)(key.Length - 9) <= 16 - 9)
        {
            var first = Vector128.LoadUnsafe(ref start);
            var last = Vector128.LoadUnsafe(ref start, (nuint)key.Length - 8);
            if (((first | last) & Vector128.Create((ushort)0xFF80)) == Vector128<ushort>.Zero)
            {
                Vector128<ulong> bytes = Vector128.Narrow(first, last).AsUInt64();
                hash = Hash9To16(bytes.ToScalar(), bytes.GetElement(1), key.Length);
                return true;
            }
        }
        else if (BitConverter.IsLittleEndian && (uint)(key.Length - 4) <= 8 - 4)
        {
            ulong first = Four(ref start, 0), last = Four(ref start, key.Length - 4);
            if (((first | last) & NotAscii) == 0)
            {
                hash = Hash4To8(Narrow(first), Narrow(last), key.Length);
                return true;
            }
        }

        hash = 0;
        return false;
    }

    private static ulong Four(ref ushort start, int offset) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref start, offset)));

    /// <summary>Four characters below 128 as four bytes, the first in the lowest.</summary>
    private static uint Narrow(ulong characters)
    {
        ulong pairs = (characters | (characters >> 8)) & 0x0000_FFFF_0000_FFFF;
        return (uint)(pairs | (pairs >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash4To8(uint first, uint last, int length)
    {
        ulong mixed = (last + ((ulong)first << 32)) ^ Flip4To8;
        mixed ^= ulong.RotateLeft(mixed, 49) ^ ulong.RotateLeft(mixed, 24);
        mixed *= 0x9FB21C651E98DF25;
        mixed ^= (mixed >> 35) + (ulong)length;
        mixed *= 0x9FB21C651E98DF25;
        return mixed ^ (mixed >> 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash9To16(ulong first, ulong last, int length)
    {
        ulong low = first ^ LowFlip9To16, high = last ^ HighFlip9To16;
        ulong upper = Math.BigMul(low, high, out ulong lower);
        ulong mixed = (ulong)length + BinaryPrimitives.ReverseEndianness(low) + high + (upper ^ lower);
        mixed ^= mixed >> 37;
        mixed *= 0x165667919E3779F9;
        return mixed ^ (mixed >> 32);
    }
}
