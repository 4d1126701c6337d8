using System.Runtime.CompilerServices;
using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class GuardedWatchTests
{
    [Fact]
    public async Task Watch_FeedThrows_IsLoggedAndStartsAgainAfterAPause()
    {
        ManualTimeProvider time = new();
        ListLogger<GuardedWatchTests> log = new();
        FaultyFeed feed = new(faults: 2);
        await using LineWatch watch = new(feed, time, log);
        watch.Start();
        for (int i = 1; i <= 2; i++)
        {
            await Eventually.IsTrue(() => time.PendingTimers == 1 && log.Lines.Count == i, $"fault {i} is logged");
            time.Advance(TimeSpan.FromSeconds(5));
        }

        await Eventually.IsTrue(() => watch.Answers == 1, "the watch goes on");
        Assert.Equal(["Error: Lines stays as it is: its watch failed and starts again in 5 s", "Error: Lines stays as it is: its watch failed and starts again in 5 s"], log.Lines);
    }

    [Fact]
    public async Task DisposeAsync_WhilePausing_EndsAtOnce()
    {
        ManualTimeProvider time = new();
        LineWatch watch = new(new FaultyFeed(faults: 1), time, new ListLogger<GuardedWatchTests>());
        watch.Start();
        await Eventually.IsTrue(() => time.PendingTimers == 1, "the watch pauses");
        await watch.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal(0, watch.Answers);
    }

    private sealed class LineWatch(IRegistryFeed<string> feed, TimeProvider time, ListLogger<GuardedWatchTests> log)
        : GuardedWatch<string, string>("Lines", feed, static line => line, TimeSpan.Zero, time, log)
    {
        private int _answers;

        public int Answers => Volatile.Read(ref _answers);

        protected override IReadOnlyList<string> Map(IReadOnlyList<string> entries, Warnings warnings) => entries;

        protected override void Answered(IReadOnlyList<string> items, ulong index, int held) => Interlocked.Increment(ref _answers);

        protected override void Failed(QueryOutcome outcome, string error) => Assert.Fail(error);
    }

    private sealed class FaultyFeed(int faults) : IRegistryFeed<string>
    {
        private int _faults = faults;

        public async IAsyncEnumerable<RegistryEvent<string>> Watch([EnumeratorCancellation] CancellationToken cancellation)
        {
            if (Interlocked.Decrement(ref _faults) >= 0)
                throw new InvalidOperationException("A fault.");
            yield return new RegistryEvent<string>.Answer(["a"], 5, IsDoubtful: false);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }

        public Task<RegistryEvent<string>> Read(CancellationToken cancellation) => throw new InvalidOperationException("No plain read was expected.");
    }
}
