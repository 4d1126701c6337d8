using HashBalancer.Gateway.Hosting;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Hosting;

public sealed class SettledChangesTests
{
    [Fact]
    public async Task Follow_ContentInTheMiddleOfAWrite_TellsEachSettledContentOnce()
    {
        var time = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        string content = "a", seen = "";
        int looks = 0;
        List<string> told = [];
        Task following = SettledChanges.FollowAsync(
            () =>
            {
                seen = content;
                Interlocked.Increment(ref looks);
                return seen;
            },
            () =>
            {
                told.Add(seen);
                return Task.CompletedTask;
            },
            time,
            stop.Token);

        // One look a second: half is seen once and never told; b and what was there before, a, are told when seen twice.
        foreach (string next in (string[])["a", "half", "b", "b", "b", "a", "a"])
        {
            content = next;
            int before = looks;
            time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.IsTrue(() => Volatile.Read(ref looks) > before, $"a look at {next}");
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal(["b", "a"], told);
    }
}
