using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Reads chunked bodies that are known to be sound.</summary>
internal static class Chunks
{
    /// <summary>The data of all chunks, which two senders may have cut differently; then the trailers.</summary>
    public static string Joined(string chunks)
    {
        var data = new StringBuilder();
        while (chunks.Length > 0)
        {
            int line = chunks.IndexOf("\r\n", StringComparison.Ordinal);
            int size = Convert.ToInt32(chunks[..line], 16);
            if (size == 0)
                return data.Append(chunks, line + 2, chunks.Length - line - 4).ToString();
            data.Append(chunks, line + 2, size);
            chunks = chunks[(line + 2 + size + 2)..];
        }

        return data.ToString();
    }
}
