using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Consul.Tests.Locks;

public sealed class LeaderElectionTests : IAsyncLifetime
{
    private readonly FakeLocks _locks = new();
    private readonly CancellationTokenSource _stop = new();
    private FakeConsul _consul = null!;
    private ConsulClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(_locks.AnswerAsync);
        _client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _client.Dispose();
        await _consul.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Election_ThreeContendersAndForcedFailovers_NeverHasTwoLeaders()
    {
        const int Failovers = 10;
        int leading = 0;
        int most = 0;
        var terms = new List<ulong>();
        LeaderElection[] contenders = [.. Enumerable.Range(0, 3).Select(Contender)];
        Task[] running =
        [
            .. contenders.Select(contender => contender.RunAsync(
                async (term, lost) =>
                {
                    lock (terms)
                    {
                        most = Math.Max(most, Interlocked.Increment(ref leading));
                        terms.Add(term.LockIndex);
                    }

                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, lost);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref leading);
                    }
                },
                _stop.Token)),
        ];
        for (int i = 0; i < Failovers; i++)
        {
            string? before = null;
            await Eventually.IsTrue(() => contenders.Count(c => c.IsLeader) == 1 && (before = _locks.Holder) is not null, "one leads");
            _locks.Destroy(before!);
            await Eventually.IsTrue(() => _locks.Holder is { } now && now != before, "another one takes over");
        }

        await Eventually.IsTrue(() => contenders.Count(c => c.IsLeader) == 1, "one leads");
        Assert.Equal(1, most);
        lock (terms)
            Assert.Equal(Enumerable.Range(1, Failovers + 1).Select(i => (ulong)i), terms);
        string leader = contenders.Single(c => c.IsLeader).Leader!;
        await Eventually.IsTrue(() => contenders.All(c => c.Leader == leader), "all see the same leader");
        await _stop.CancelAsync();
        foreach (Task task in running)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.Null(_locks.Holder);
        Assert.Equal(0, _locks.SessionCount);
    }

    [Fact]
    public async Task Election_WorkEndsByItself_GivesTheLeadershipToAnother()
    {
        LeaderElection first = Contender(1);
        LeaderElection second = Contender(2);
        var done = new TaskCompletionSource();
        Task one = first.RunAsync((_, _) => done.Task, _stop.Token);
        await Eventually.IsTrue(() => first.IsLeader, "the first leads");
        Task two = second.RunAsync((_, lost) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, lost), _stop.Token);
        await Eventually.IsTrue(() => second.Leader == "gateway-1", "the second sees the first");
        done.SetResult();
        await Eventually.IsTrue(() => second.IsLeader && !first.IsLeader, "the second leads");
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(one, two));
    }

    [Fact]
    public async Task Election_WorkThrows_EndsWithItAndGivesTheLeadershipBack()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Contender(1).RunAsync((_, _) => throw new InvalidOperationException("bug"), _stop.Token));
        Assert.Equal("bug", error.Message);
        Assert.Null(_locks.Holder);
    }

    private LeaderElection Contender(int number) => new(
        _client,
        "leader",
        new LockOptions { Value = Encoding.UTF8.GetBytes($"gateway-{number}"), LockDelay = TimeSpan.FromMilliseconds(200) });
}
