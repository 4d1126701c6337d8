using System.Net;
using System.Net.Sockets;
using HashBalancer.Fuzzing.Checks;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>What a node does after its answer.</summary>
internal enum Ending
{
    /// <summary>Waits for the next request.</summary>
    Keep,

    /// <summary>Closes.</summary>
    Close,

    /// <summary>Resets the connection, so that what is under way may be lost.</summary>
    Reset,
}

/// <summary>What a node answers to a request.</summary>
/// <param name="Bytes">Sent in one piece.</param>
/// <param name="Ending">What follows.</param>
/// <param name="Early">Sent when the request's head has come, before its body.</param>
internal readonly record struct NodeAnswer(byte[] Bytes, Ending Ending, bool Early = false);

/// <summary>Decides on a node's answers; thread-safe.</summary>
/// <param name="id">The value of the request's id field; empty when it has none.</param>
/// <param name="isHead">The request's method is HEAD.</param>
internal delegate NodeAnswer NodeScript(ReadOnlySpan<byte> id, bool isHead);

/// <summary>A node that speaks bytes: reads requests with the strictest of readers, and answers what it is told to.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private const int Backlog = 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<NodeSession, bool> _sessions = new();
    private readonly NodeScript _script;
    private readonly Func<long, long, bool> _areOneClients;
    private readonly Findings _findings;
    private readonly Task _accepting;
    private long _requests;
    private long _accepted;

    /// <param name="script">What it answers.</param>
    /// <param name="areOneClients">Whether two exchanges may be parts of one request.</param>
    /// <param name="findings">Where requests go that none should have let through.</param>
    public ScriptedNode(NodeScript script, Func<long, long, bool> areOneClients, Findings findings)
    {
        _script = script;
        _areOneClients = areOneClients;
        _findings = findings;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that neither side has closed.</summary>
    public int Open => _sessions.Count;

    /// <summary>Connections so far.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Takes no more connections and says so on those that are open: a gateway that looks after its own closes every one.</summary>
    public async Task HangUp()
    {
        _listener.Dispose();
        await _accepting;
        foreach ((NodeSession session, _) in _sessions)
            session.HangUp();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach ((NodeSession session, _) in _sessions)
            session.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _accepted);
            var session = new NodeSession(socket, _script, _areOneClients, Count, _findings);
            _sessions[session] = true;
            _ = Serve(session);
        }
    }

    private void Count() => Interlocked.Increment(ref _requests);

    private async Task Serve(NodeSession session)
    {
        try
        {
            await session.Serve();
        }
        finally
        {
            session.Dispose();
            _sessions.TryRemove(session, out _);
        }
    }
}
