using HashBalancer.Gateway.Dashboard.Feed;

namespace HashBalancer.Gateway.Tests.Dashboard;

public sealed class FeedViewerTests
{
    private static readonly ReadOnlyMemory<byte> Message = new byte[1];

    [Fact]
    public async Task Viewer_ThatReadsTooSlowly_BeginsAnewWithTheWholePicture()
    {
        var viewer = new FeedViewer("items");
        Assert.True(viewer.NeedsWhole);
        viewer.SendWhole(Message);
        Assert.False(viewer.NeedsWhole);

        int changes = 0;
        while (!viewer.NeedsWhole)
        {
            viewer.SendChange(Message);
            changes++;
        }

        // The ninth message finds no room; nor does a whole picture until something was read.
        Assert.Equal(8, changes);
        viewer.SendWhole(Message);
        Assert.True(viewer.NeedsWhole);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> reading = viewer.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await reading.MoveNextAsync());
        viewer.SendWhole(Message);
        Assert.False(viewer.NeedsWhole);
    }

    [Fact]
    public async Task Viewer_ThatIsClosed_ReadsWhatIsLeft()
    {
        var viewer = new FeedViewer("items");
        viewer.SendWhole(Message);
        viewer.Close();

        int read = 0;
        await foreach (ReadOnlyMemory<byte> _ in viewer.ReadAllAsync(TestContext.Current.CancellationToken))
            read++;
        Assert.Equal(1, read);
    }
}
