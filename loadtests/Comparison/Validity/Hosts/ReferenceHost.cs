using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Comparison.Hosts;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.Comparison.Validity.Hosts;

/// <summary>
/// The server whose times are known: <c>/law</c> takes what <see cref="ServiceLaw"/> says, <c>/fixed</c> 1 ms, and <c>/pause</c> is
/// answered after a pause of 100 ms in which nothing else is answered either.
/// </summary>
internal static class ReferenceHost
{
    public const string RoleName = "reference";

    /// <summary>How long <c>/fixed</c> takes.</summary>
    public const double FixedMs = 1;

    /// <summary>How long a pause lasts.</summary>
    public const double PauseMs = 100;

    private const int Backlog = 1024;
    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    private static long _requests = -1;

    public static async Task<int> Run()
    {
        var clock = new RunClock(TimeProvider.System);
        var schedule = new ReplySchedule(clock, Answer);
        _ = Task.Factory.StartNew(schedule.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        _ = Accept(listener, clock, schedule);
        Console.WriteLine($"{Role.Listening} {listener.LocalEndPoint}");
        await Role.UntilStdinCloses();
        return 0;
    }

    private static async Task Accept(Socket listener, RunClock clock, ReplySchedule schedule)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = Serve(socket, clock, schedule);
        }
    }

    // The runner sends one request at a time on a connection, in one piece.
    private static async Task Serve(Socket socket, RunClock clock, ReplySchedule schedule)
    {
        using (socket)
        {
            byte[] buffer = new byte[4096];
            int filled = 0;
            try
            {
                while (true)
                {
                    int read = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
                    if (read == 0)
                        return;
                    long now = clock.Now;
                    filled += read;
                    if (!buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8))
                        continue;
                    schedule.Add(socket, now + TimeOf(buffer.AsSpan(0, filled), schedule));
                    filled = 0;
                }
            }
            catch (SocketException)
            {
                // The client reset its connection.
            }
        }
    }

    private static long TimeOf(ReadOnlySpan<byte> request, ReplySchedule schedule)
    {
        if (request.StartsWith("GET /law"u8))
            return ServiceLaw.ServiceTime(Interlocked.Increment(ref _requests));
        if (!request.StartsWith("GET /pause"u8))
            return (long)(FixedMs * NanosecondsPerMillisecond);
        schedule.Pause((long)(PauseMs * NanosecondsPerMillisecond));
        return 0;
    }
}
