using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Gateway.Lifecycle;

/// <summary>What systemd and a service say to each other: sockets that it opened (sd_listen_fds(3)), and how the service does (sd_notify(3)).</summary>
/// <remarks>Thread-safe. Without systemd nothing is given and nothing is said.</remarks>
internal sealed class Systemd : IDisposable
{
    private const int FirstSocket = 3;

    private readonly Socket? _socket;
    private readonly EndPoint? _to;
    private readonly ITimer? _watchdog;

    /// <param name="environment">Reads a variable.</param>
    /// <param name="time">The clock of the watchdog.</param>
    public Systemd(Func<string, string?> environment, TimeProvider time)
    {
        if (environment("NOTIFY_SOCKET") is not { Length: > 1 } path)
            return;
        // An abstract name is written with @ for its zero byte.
        _to = new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        if (long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            && environment("WATCHDOG_PID") is var pid && (pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
        {
            TimeSpan half = TimeSpan.FromMicroseconds(limit) / 2;
            // From the thread pool: when that hangs, so does the gateway, and systemd starts it anew.
            _watchdog = time.CreateTimer(static me => ((Systemd)me!).Say("WATCHDOG=1"), this, half, half);
        }
    }

    /// <summary>The sockets that systemd opened for this process.</summary>
    public static IReadOnlyList<Socket> GivenSockets(Func<string, string?> environment)
    {
        if (environment("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(environment("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return [];
        }

        return [.. Enumerable.Range(FirstSocket, count).Select(descriptor => new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)))];
    }

    /// <summary>This process serves, from now on in place of the one that handed over to it, if one did.</summary>
    public void Ready(string status) => Say($"READY=1\nMAINPID={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}\nSTATUS={status}");

    public void Stopping() => Say("STOPPING=1");

    public void Dispose()
    {
        _watchdog?.Dispose();
        _socket?.Dispose();
    }

    private void Say(string state)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(state), _to!);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Whoever does not listen does not want to know; the service goes on.
        }
    }
}
