using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>The system calls of io_uring, which the C library has no functions for. Each returns what the system returns, or the negated error.</summary>
/// <remarks>The numbers of calls that are as young as these are the same on all processors.</remarks>
internal static unsafe partial class UringNative
{
    public const byte Send = 26, Receive = 27;
    public const int DontWait = 0x40;
    public const int RingsOffset = 0, SubmissionsOffset = 0x10000000;

    private const string C = "libc";
    private const int SetupCall = 425, EnterCall = 426;

    /// <summary>A ring for so many submissions, for the calling thread alone; what the system puts off it does when it is entered, not at any time.</summary>
    public static int Open(int entries, out UringParameters parameters)
    {
        const uint SubmitAll = 1 << 7, SingleIssuer = 1 << 12, DeferTaskRun = 1 << 13;
        parameters = new UringParameters { Flags = SubmitAll | SingleIssuer | DeferTaskRun };
        fixed (UringParameters* given = &parameters)
        {
            nint opened = syscall(SetupCall, entries, (nint)given, 0, 0, 0, 0);
            return opened >= 0 ? (int)opened : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Makes calls and waits until so many are over; how many were taken.</summary>
    public static int Enter(int ring, int submit, int complete)
    {
        const int GetEvents = 1;
        nint taken = syscall(EnterCall, ring, submit, complete, GetEvents, 0, 0);
        return taken >= 0 ? (int)taken : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Memory shared with a ring; null where that cannot be.</summary>
    public static byte* Map(int ring, nuint size, int offset)
    {
        const int ReadWrite = 3, Shared = 1, Populate = 0x8000;
        byte* mapped = mmap(null, size, ReadWrite, Shared | Populate, ring, offset);
        return mapped == (byte*)-1 ? null : mapped;
    }

    public static void Unmap(byte* mapped, nuint size) => _ = munmap(mapped, size);

    [LibraryImport(C, SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport(C, SetLastError = true)]
    private static partial byte* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport(C, SetLastError = true)]
    private static partial int munmap(void* address, nuint length);
}

/// <summary>What a ring is opened with, and where the system says that its parts lie: <c>io_uring_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UringParameters
{
    public uint SubmissionEntries;
    public uint CompletionEntries;
    public uint Flags;
    public fixed uint Unused[7];
    public SubmissionOffsets Submission;
    public CompletionOffsets Completion;

    /// <summary>In bytes from the rings' beginning.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SubmissionOffsets
    {
        public uint Head, Tail, Mask, Entries, Flags, Dropped, Order, Reserved;
        public ulong Address;
    }

    /// <summary>In bytes from the rings' beginning.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CompletionOffsets
    {
        public uint Head, Tail, Mask, Entries, Overflow, Completions, Flags, Reserved;
        public ulong Address;
    }
}

/// <summary>A call to be made: <c>io_uring_sqe</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct UringSubmission
{
    [FieldOffset(0)]
    public byte Operation;

    [FieldOffset(4)]
    public int Descriptor;

    [FieldOffset(16)]
    public ulong Address;

    [FieldOffset(24)]
    public uint Length;

    /// <summary>Of the call itself.</summary>
    [FieldOffset(28)]
    public uint Flags;

    /// <summary>Comes back with the result.</summary>
    [FieldOffset(32)]
    public ulong Token;
}

/// <summary>A call's result: <c>io_uring_cqe</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UringCompletion
{
    public ulong Token;
    public int Result;
    public uint Flags;
}
