using System.Net.Sockets;
using System.Text;
using HashBalancer.Transport;

namespace HashBalancer.Gateway.Lifecycle;

/// <summary>Gives this process's listening sockets to its successor, and tells when that serves.</summary>
/// <remarks>
/// <para>The successor connects to a Unix socket, gets the listening sockets, starts, and says so. Both accept from the same queues
/// meanwhile: no connection is refused, and none is lost in a queue that is closed (src/decisions/0022). A successor that
/// fails before it serves leaves everything as it was.</para>
/// <para>Whoever can open the Unix socket can take the listening sockets: it is its owner's alone.</para>
/// </remarks>
internal sealed class Handover : IAsyncDisposable
{
    private const string Hello = "hashbalancer 1 take-over\n", Serving = "serving\n";
    private const int LongestMessage = 64, Backlog = 16;

    private readonly string _path;
    private readonly ListenSockets _sockets;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    private Handover(string path, ListenSockets sockets, Socket listener, ILogger logger)
    {
        _path = path;
        _sockets = sockets;
        _listener = listener;
        _logger = logger;
        _running = Task.Run(ServeAsync);
    }

    /// <summary>Ends when a successor serves.</summary>
    public Task HandedOver => _done.Task;

    /// <summary>Waits for successors from now on.</summary>
    /// <exception cref="IOException">The path cannot be listened on.</exception>
    public static Handover Offer(string path, ListenSockets sockets, ILogger logger)
    {
        // Under another name first: a successor finds either the old offer or this one, and nobody else one that he may open.
        string temporary = $"{path}.{Environment.ProcessId}";
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(temporary);
            listener.Bind(new UnixDomainSocketEndPoint(temporary));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Backlog);
            File.Move(temporary, path, overwrite: true);
            return new Handover(path, sockets, listener, logger);
        }
        catch (Exception error) when (error is SocketException or UnauthorizedAccessException or IOException or ArgumentException)
        {
            listener.Dispose();
            throw new IOException($"The socket '{path}' for a hand-over cannot be made: {error.Message}", error);
        }
    }

    /// <summary>Takes the sockets of the process that offers them; null when none does.</summary>
    /// <exception cref="IOException">It does not give them.</exception>
    public static (ListenSockets Sockets, Successor Successor)? Take(string path)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 10_000, ReceiveTimeout = 10_000 };
        try
        {
            connection.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }

        connection.Send(Encoding.ASCII.GetBytes(Hello));
        (byte[] message, IReadOnlyList<Socket> sockets) = SocketPassing.Receive(connection, LongestMessage);
        if (Encoding.ASCII.GetString(message) != Hello)
            throw new IOException($"What listens at '{path}' is no gateway that hands over.");
        return (new ListenSockets(sockets), new Successor(connection));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        // A successor has put its own offer there.
        if (!_done.Task.IsCompleted)
            File.Delete(_path);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested && !_done.Task.IsCompleted)
        {
            try
            {
                using Socket successor = await _listener.AcceptAsync(_stop.Token);
                await ServeAsync(successor);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or IOException or SocketException)
            {
                if (!_stop.IsCancellationRequested)
                    _logger.LogWarning(new EventId(4020, "HandoverFailed"), "A hand-over failed, and this process goes on: {Reason}", error.Message);
            }
        }
    }

    private async Task ServeAsync(Socket successor)
    {
        if (await LineAsync(successor) != Hello)
            throw new IOException("what connected is no successor.");
        IReadOnlyList<Socket> sockets = _sockets.Used;
        SocketPassing.Send(successor, Encoding.ASCII.GetBytes(Hello), sockets);
        _logger.LogInformation(new EventId(4021, "SocketsHandedOver"), "{Count} listening sockets are handed to a successor", sockets.Count);
        if (await LineAsync(successor) != Serving)
            throw new IOException("the successor ended before it served.");
        _done.SetResult();
    }

    private async Task<string> LineAsync(Socket from)
    {
        byte[] buffer = new byte[LongestMessage];
        int length = 0;
        while (length < buffer.Length && (length == 0 || buffer[length - 1] != '\n'))
        {
            int count = await from.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (count == 0)
                break;
            length += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    /// <summary>What a process says to the one before it.</summary>
    public sealed class Successor(Socket connection) : IDisposable
    {
        /// <summary>This process serves; the one before may stop.</summary>
        public void Serve() => connection.Send(Encoding.ASCII.GetBytes(Serving));

        public void Dispose() => connection.Dispose();
    }
}
