using System.Net.Sockets;

namespace HashBalancer.Transport;

/// <summary>The system's error numbers, as far as they are told apart.</summary>
internal static class Errno
{
    public const int Interrupted = 4, Again = 11, TooManyFiles = 24, TooManyFilesInSystem = 23, NoMemory = 12, NoBuffers = 105, InProgress = 115, Canceled = 125;

    private const int BrokenPipe = 32, Refused = 111, TimedOut = 110, Reset = 104, Aborted = 103, HostUnreachable = 113, NetworkUnreachable = 101,
        NoAddress = 99, NoSuchFile = 2, NotPermitted = 13, NotConnected = 107;

    /// <summary>Whether the system lacks something for a new connection that it may have again in a while.</summary>
    public static bool IsShortage(int error) => error is TooManyFiles or TooManyFilesInSystem or NoMemory or NoBuffers;

    /// <summary>The exception for a negated number.</summary>
    public static SocketException ExceptionOf(int result) => new((int)CodeOf(-result));

    private static SocketError CodeOf(int error) => error switch
    {
        Canceled => SocketError.OperationAborted,
        BrokenPipe => SocketError.Shutdown,
        Refused or NoSuchFile => SocketError.ConnectionRefused,
        TimedOut => SocketError.TimedOut,
        Reset => SocketError.ConnectionReset,
        Aborted => SocketError.ConnectionAborted,
        HostUnreachable => SocketError.HostUnreachable,
        NetworkUnreachable => SocketError.NetworkUnreachable,
        NoAddress => SocketError.AddressNotAvailable,
        NotPermitted => SocketError.AccessDenied,
        NotConnected => SocketError.NotConnected,
        TooManyFiles or TooManyFilesInSystem => SocketError.TooManyOpenSockets,
        NoBuffers or NoMemory => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    };
}
