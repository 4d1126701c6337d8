using System.Net;
using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>The system calls that the loops make. Each returns what the system returns, or the negated number of its error.</summary>
/// <remarks>Numbers are those of Linux on x64 and arm64, which agree on all that is used here.</remarks>
internal static unsafe partial class Native
{
    /// <summary>A send to a peer that is gone gives an error alone.</summary>
    public const int NoSignal = 0x4000;

    private const string C = "libc";
    private const int Peek = 0x2, More = 0x8000;
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;

    /// <summary>Takes what has come, at once.</summary>
    public static int Receive(int socket, Span<byte> to)
    {
        fixed (byte* buffer = to)
        {
            while (true)
            {
                nint count = recv(socket, buffer, (nuint)to.Length, 0);
                if (count >= 0)
                    return (int)count;
                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.Interrupted)
                    return -error;
            }
        }
    }

    /// <summary>What a receive would give, with nothing taken: 1 when something has come, 0 when the peer has closed.</summary>
    public static int LookAhead(int socket)
    {
        byte one;
        nint count = recv(socket, &one, 1, Peek);
        return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Gives the system as much as it takes at once; if more follows, it may wait for that to fill a packet.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> from, bool isMore)
    {
        fixed (byte* buffer = from)
        {
            while (true)
            {
                nint count = send(socket, buffer, (nuint)from.Length, NoSignal | (isMore ? More : 0));
                if (count >= 0)
                    return (int)count;
                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.Interrupted)
                    return -error;
            }
        }
    }

    /// <summary>Takes a connection that waits, whose socket never blocks, and the peer's address as the system writes it.</summary>
    public static int Accept(int socket, Span<byte> address, out int length)
    {
        uint size = (uint)address.Length;
        fixed (byte* to = address)
        {
            int accepted = accept4(socket, to, &size, NonBlocking | CloseOnExec);
            length = (int)size;
            return accepted >= 0 ? accepted : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>A stream socket that never blocks; the family's number is that of an address's first two bytes.</summary>
    public static int OpenStream(int family)
    {
        const int Stream = 1;
        int opened = socket(family, Stream | NonBlocking | CloseOnExec, 0);
        return opened >= 0 ? opened : -Marshal.GetLastPInvokeError();
    }

    public static int Connect(int socket, SocketAddress to)
    {
        fixed (byte* address = to.Buffer.Span)
            return connect(socket, address, (uint)to.Size) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }

    /// <summary>How a connect ended: 0, or the negated error.</summary>
    public static int ErrorOf(int socket)
    {
        const int SocketLevel = 1, Error = 4;
        int error = 0;
        uint size = sizeof(int);
        return getsockopt(socket, SocketLevel, Error, &error, &size) == 0 ? -error : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Sends what is written at once, without waiting for more.</summary>
    public static void SendAtOnce(int socket)
    {
        const int Tcp = 6, NoDelay = 1;
        int on = 1;
        _ = setsockopt(socket, Tcp, NoDelay, &on, sizeof(int));
    }

    /// <summary>Makes a close break the connection off with a reset.</summary>
    public static void ResetOnClose(int socket)
    {
        const int SocketLevel = 1, Linger = 13;
        int* on = stackalloc int[] { 1, 0 };
        _ = setsockopt(socket, SocketLevel, Linger, on, 2 * sizeof(int));
    }

    /// <summary>Ends both directions; the descriptor stays, and whoever watches it is told.</summary>
    public static void Shutdown(int socket)
    {
        const int Both = 2;
        _ = shutdown(socket, Both);
    }

    /// <summary>Ends reading, of which the peer learns nothing; whoever watches the descriptor is told.</summary>
    public static void EndReading(int socket)
    {
        const int Receiving = 0;
        _ = shutdown(socket, Receiving);
    }

    /// <summary>Makes the system give a connection up whose peer has not taken what was sent for so many milliseconds.</summary>
    public static void LimitUnacknowledged(int socket, int milliseconds)
    {
        const int Tcp = 6, UserTimeout = 18;
        _ = setsockopt(socket, Tcp, UserTimeout, &milliseconds, sizeof(int));
    }

    /// <summary>The socket's own address as the system writes it.</summary>
    public static int NameOf(int socket, Span<byte> address)
    {
        uint size = (uint)address.Length;
        fixed (byte* to = address)
            return getsockname(socket, to, &size) == 0 ? (int)size : -Marshal.GetLastPInvokeError();
    }

    public static int OpenEpoll()
    {
        int opened = epoll_create1(CloseOnExec);
        return opened >= 0 ? opened : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Watches a descriptor from now on.</summary>
    public static int Watch(int epoll, int descriptor, uint events, ulong token)
    {
        const int Add = 1;
        byte* entry = stackalloc byte[16];
        EpollEvents.Write(entry, events, token);
        return epoll_ctl(epoll, Add, descriptor, entry) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }

    public static int Unwatch(int epoll, int descriptor)
    {
        const int Delete = 2;
        return epoll_ctl(epoll, Delete, descriptor, null) == 0 ? 0 : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits for events, for as long as it takes.</summary>
    public static int Wait(int epoll, byte* events, int most)
    {
        int count = epoll_wait(epoll, events, most, -1);
        return count >= 0 ? count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>A descriptor to wake a loop with.</summary>
    public static int OpenEvent()
    {
        int opened = eventfd(0, NonBlocking | CloseOnExec);
        return opened >= 0 ? opened : -Marshal.GetLastPInvokeError();
    }

    public static void Raise(int descriptor)
    {
        ulong one = 1;
        _ = write(descriptor, &one, sizeof(ulong));
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    [LibraryImport(C, SetLastError = true)]
    private static partial nint recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport(C, SetLastError = true)]
    private static partial nint send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport(C, SetLastError = true)]
    private static partial int accept4(int socket, byte* address, uint* length, int flags);

    [LibraryImport(C, SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport(C, SetLastError = true)]
    private static partial int connect(int socket, byte* address, uint length);

    [LibraryImport(C, SetLastError = true)]
    private static partial int getsockopt(int socket, int level, int name, void* value, uint* length);

    [LibraryImport(C, SetLastError = true)]
    private static partial int setsockopt(int socket, int level, int name, void* value, uint length);

    [LibraryImport(C, SetLastError = true)]
    private static partial int shutdown(int socket, int how);

    [LibraryImport(C, SetLastError = true)]
    private static partial int getsockname(int socket, byte* address, uint* length);

    [LibraryImport(C, SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(C, SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport(C, SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int most, int timeout);

    [LibraryImport(C, SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport(C, SetLastError = true)]
    private static partial nint write(int descriptor, void* buffer, nuint length);

    [LibraryImport(C, SetLastError = true)]
    private static partial int close(int descriptor);
}
