using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Support;

/// <summary>Bytes to send, and their arrival.</summary>
internal static class Streams
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static byte[] Bytes(int count, int seed = 7)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task SendAll(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, Stop)..];
    }

    /// <summary>Reads exactly so many bytes, or fewer when the peer ends before.</summary>
    public static async Task<byte[]> ReceiveAll(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        int read = 0;
        while (read < count)
        {
            int more = await socket.ReceiveAsync(bytes.AsMemory(read), Stop);
            if (more == 0)
                break;
            read += more;
        }

        return bytes[..read];
    }

    /// <summary>Reads to the end of what the client sends.</summary>
    public static async Task<byte[]> ReadToEnd(ConnectionContext connection)
    {
        using var all = new MemoryStream();
        while (true)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync(Stop);
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                all.Write(piece.Span);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return all.ToArray();
        }
    }

    public static byte[] ToArray(ReadResult read) => read.Buffer.ToArray();
}
