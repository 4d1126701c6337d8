using System.Threading.Channels;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>One open dashboard: the messages on their way to it.</summary>
/// <remarks>Thread-safe. Messages are shared by all viewers of a pool. One that reads too slowly misses some, and begins anew with a whole picture.</remarks>
internal sealed class FeedViewer(string pool)
{
    /// <summary>Seconds that a connection may stall before its viewer begins anew.</summary>
    private const int MostMessages = 8;

    private readonly Channel<ReadOnlyMemory<byte>> _messages = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MostMessages) { SingleReader = true, SingleWriter = true });

    /// <summary>The pool that it looks at.</summary>
    public string Pool => pool;

    /// <summary>Whether it knows nothing yet, or missed something: it needs the whole picture. Of the writer alone.</summary>
    public bool NeedsWhole { get; private set; } = true;

    /// <summary>What is to be sent, as it comes; ends with <see cref="Close"/>.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(CancellationToken stop) => _messages.Reader.ReadAllAsync(stop);

    /// <summary>Gives it the whole picture.</summary>
    public void SendWhole(ReadOnlyMemory<byte> message) => NeedsWhole = !_messages.Writer.TryWrite(message);

    /// <summary>Gives it what changed.</summary>
    public void SendChange(ReadOnlyMemory<byte> message) => NeedsWhole |= !_messages.Writer.TryWrite(message);

    /// <summary>Says good-bye.</summary>
    public void Close() => _messages.Writer.TryComplete();
}
