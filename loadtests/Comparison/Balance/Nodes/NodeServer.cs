using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Comparison.Balance.Nodes;

/// <summary>Serves a node on an address of its own: the key is the field X-User-Id, and each answer tells the node's utilisation as ORCA has it.</summary>
internal sealed class NodeServer : IDisposable
{
    private const int Backlog = 1024;

    private readonly Socket _listener;
    private readonly BalanceNode _node;

    public NodeServer(BalanceNode node, IPAddress address)
    {
        _node = node;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(Backlog);
        _ = Accept();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose()
    {
        _listener.Dispose();
        _node.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                _ = Serve(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket)
    {
        using Socket connection = socket;
        byte[] buffer = new byte[8 * 1024];
        int filled = 0;
        try
        {
            while (true)
            {
                int read = await connection.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
                filled += read;
                if (read == 0)
                    return;
                int end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
                if (end < 0)
                    continue;
                // Proxies send the next request after the answer to this one.
                long? key = KeyOf(buffer.AsSpan(0, end + 2));
                filled = 0;
                bool isServed = key is not { } asked || await _node.Serve(asked);
                int length = Write(buffer, isServed);
                for (int sent = 0; sent < length;)
                    sent += await connection.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The proxy has closed, or the run is over.
        }
    }

    /// <summary>Null without one, as when a proxy is asked whether it serves.</summary>
    private static long? KeyOf(ReadOnlySpan<byte> lines)
    {
        while (lines.IndexOf("\r\n"u8) is >= 0 and int end)
        {
            const int NameLength = 10;
            ReadOnlySpan<byte> line = lines[..end];
            if (line.Length > NameLength && Ascii.EqualsIgnoreCase(line[..NameLength], "x-user-id:"u8)
                && Utf8Parser.TryParse(line[NameLength..].TrimStart((byte)' '), out long key, out _))
            {
                return key;
            }

            lines = lines[(end + 2)..];
        }

        return null;
    }

    private int Write(byte[] buffer, bool isServed) => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(isServed ? "200 OK" : "503 Service Unavailable")}\r\nendpoint-load-metrics: TEXT application_utilization={_node.Utilisation:0.000}\r\nContent-Length: 2\r\n\r\nok"),
        buffer);
}
