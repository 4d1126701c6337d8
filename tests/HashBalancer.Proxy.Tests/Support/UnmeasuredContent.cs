using System.Net;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>A body whose length the client does not tell before.</summary>
internal sealed class UnmeasuredContent(Func<Stream, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
