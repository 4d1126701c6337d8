using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>Gives open sockets to another process over a Unix socket (SCM_RIGHTS, see unix(7)): both have them, then, with one queue of connections
/// that wait to be accepted.</summary>
/// <remarks>Linux on x64 and arm64. The calls block until the other side has taken, or sent, the message.</remarks>
public static unsafe partial class SocketPassing
{
    /// <summary>Sockets that one message can carry.</summary>
    public const int Most = 64;

    private const int SocketLevel = 1, Rights = 1, NoSignal = 0x4000, CloseOnExec = 0x40000000, HeaderLength = 16;

    /// <summary>Sends a message with sockets.</summary>
    /// <param name="over">A connected Unix socket.</param>
    /// <param name="message">At least one byte, and few enough for one message.</param>
    /// <param name="sockets">Up to <see cref="Most"/>; they stay open here.</param>
    /// <exception cref="IOException">The message could not be sent.</exception>
    public static void Send(Socket over, ReadOnlySpan<byte> message, IReadOnlyList<Socket> sockets)
    {
        ArgumentNullException.ThrowIfNull(over);
        ArgumentNullException.ThrowIfNull(sockets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sockets.Count, Most, nameof(sockets));
        ArgumentOutOfRangeException.ThrowIfZero(message.Length, nameof(message));
        int length = HeaderLength + (sockets.Count * sizeof(int));
        byte[] control = new byte[Aligned(length)];
        MemoryMarshal.Write(control.AsSpan(), (nuint)length);
        MemoryMarshal.Write(control.AsSpan(8), SocketLevel);
        MemoryMarshal.Write(control.AsSpan(12), Rights);
        for (int i = 0; i < sockets.Count; i++)
            MemoryMarshal.Write(control.AsSpan(HeaderLength + (i * sizeof(int))), (int)sockets[i].SafeHandle.DangerousGetHandle());
        fixed (byte* bytes = message)
        fixed (byte* rights = control)
        {
            var vector = new Vector { Base = bytes, Length = (nuint)message.Length };
            var header = new Header { Vectors = &vector, VectorCount = 1 };
            if (sockets.Count > 0)
            {
                header.Control = rights;
                header.ControlLength = (nuint)control.Length;
            }

            if (sendmsg((int)over.SafeHandle.DangerousGetHandle(), &header, NoSignal) != message.Length)
                throw Failure("Sockets could not be handed over");
        }

        GC.KeepAlive(sockets);
    }

    /// <summary>Takes a message with sockets.</summary>
    /// <param name="over">A connected Unix socket.</param>
    /// <param name="longest">The longest message; what is beyond is lost.</param>
    /// <returns>The message, empty at the end of the connection, and the sockets, which are the caller's to close.</returns>
    /// <exception cref="IOException">The message could not be taken.</exception>
    public static (byte[] Message, IReadOnlyList<Socket> Sockets) Receive(Socket over, int longest)
    {
        ArgumentNullException.ThrowIfNull(over);
        byte[] message = new byte[longest], control = new byte[Aligned(HeaderLength + (Most * sizeof(int)))];
        nint count;
        nuint controlLength;
        fixed (byte* bytes = message)
        fixed (byte* rights = control)
        {
            var vector = new Vector { Base = bytes, Length = (nuint)message.Length };
            var header = new Header { Vectors = &vector, VectorCount = 1, Control = rights, ControlLength = (nuint)control.Length };
            count = recvmsg((int)over.SafeHandle.DangerousGetHandle(), &header, CloseOnExec);
            if (count < 0)
                throw Failure("Sockets could not be taken over");
            controlLength = header.ControlLength;
        }

        List<Socket> sockets = [];
        if (controlLength >= HeaderLength && MemoryMarshal.Read<int>(control.AsSpan(8)) == SocketLevel && MemoryMarshal.Read<int>(control.AsSpan(12)) == Rights)
        {
            int end = (int)Math.Min(MemoryMarshal.Read<nuint>(control), controlLength);
            for (int at = HeaderLength; at + sizeof(int) <= end; at += sizeof(int))
                sockets.Add(new Socket(new SafeSocketHandle(MemoryMarshal.Read<int>(control.AsSpan(at)), ownsHandle: true)));
        }

        return (message[..(int)count], sockets);
    }

    private static int Aligned(int length) => (length + 7) & ~7;

    private static IOException Failure(string what)
    {
        var reason = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{what}: {reason.Message}.", reason);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int socket, Header* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int socket, Header* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
