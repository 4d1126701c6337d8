using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>How the system lays out its events: without a gap on x64, aligned elsewhere.</summary>
internal static unsafe class EpollEvents
{
    public const uint In = 0x1, Out = 0x4, Error = 0x8, HangUp = 0x10, PeerHangUp = 0x2000, EdgeTriggered = 1u << 31;

    /// <summary>Bytes per event.</summary>
    public static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int TokenOffset = Size - sizeof(ulong);

    public static void Write(byte* entry, uint events, ulong token)
    {
        Unsafe.WriteUnaligned(entry, events);
        Unsafe.WriteUnaligned(entry + TokenOffset, token);
    }

    public static (uint Events, ulong Token) Read(byte* entry) =>
        (Unsafe.ReadUnaligned<uint>(entry), Unsafe.ReadUnaligned<ulong>(entry + TokenOffset));
}
