using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Sends bytes to a proxy and reads what comes until it closes.</summary>
internal static class RawClient
{
    public static async Task<string> Exchange(int port, string request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port, limit.Token);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        var answer = new StringBuilder();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and int count)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // A response that was cut off on purpose.
            answer.Append("<reset>");
        }

        return answer.ToString();
    }
}
