using System.Text.Json;
using HashBalancer.Consul.Models;
using HashBalancer.Testing;

namespace HashBalancer.Consul.Tests.Locks;

public sealed class ConsulLockTests : IAsyncLifetime
{
    private readonly FakeLocks _locks = new();
    private readonly ManualTimeProvider _time = new();
    private FakeConsul _consul = null!;
    private ConsulClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(_locks.AnswerAsync);
        _client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _consul.DisposeAsync();
    }

    [Fact]
    public async Task Acquire_Free_IsHeldByASessionWithoutNodeChecks()
    {
        await using ConsulLock held = await ConsulLock.AcquireAsync(_client, "leader", new LockOptions { SessionName = "n", Value = "me"u8.ToArray(), Checks = ["c1"] });
        Assert.True(held.IsHeld);
        Assert.Equal(1UL, held.LockIndex);
        Assert.Equal(_locks.Holder, held.SessionId);
        SessionRequest? created = JsonSerializer.Deserialize(
            _consul.Seen.Single(r => r.Target == "/v1/session/create").Body, ConsulJson.Default.SessionRequest);
        Assert.Equal("c1", Assert.Single(created!.ServiceChecks!).ID);
        Assert.Equal(("n", "10s", "1s", "release", 0), (created.Name, created.TTL, created.LockDelay.ToString(), created.Behavior, created.NodeChecks!.Count));
        Assert.Equal("me", _consul.Seen.First(r => r.Target.Contains("acquire", StringComparison.Ordinal)).Body);
    }

    [Fact]
    public async Task Dispose_Held_LetsTheNextOneInWithoutLockDelayAndEndsTheSession()
    {
        ConsulLock first = await ConsulLock.AcquireAsync(_client, "leader");
        using ConsulClient other = Second();
        Task<ConsulLock> waiting = ConsulLock.AcquireAsync(other, "leader");
        await SecondWaitsAsync();
        Assert.False(waiting.IsCompleted);
        await first.DisposeAsync();
        Assert.False(first.IsHeld);
        Assert.True(first.Lost.IsCancellationRequested);
        await using ConsulLock second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2UL, second.LockIndex);
        Assert.Equal(1, _locks.SessionCount);
    }

    [Fact]
    public async Task Lock_SessionDestroyed_IsLostAtOnceAndFreeAfterTheLockDelay()
    {
        var options = new LockOptions { LockDelay = TimeSpan.FromMilliseconds(300) };
        await using ConsulLock first = await ConsulLock.AcquireAsync(_client, "leader", options);
        Task<ConsulLock> waiting = ConsulLock.AcquireAsync(_client, "leader", options);
        await Eventually.IsTrue(() => _locks.SessionCount == 2, "the second contends");
        _locks.Destroy(first.SessionId);
        await Eventually.IsTrue(() => first.Lost.IsCancellationRequested, "the loss is noticed");
        Assert.False(first.IsHeld);
        await using ConsulLock second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2UL, second.LockIndex);
    }

    [Fact]
    public async Task Lock_Renewed_OutlivesItsTtl()
    {
        using var client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address }, time: _time);
        await using ConsulLock held = await ConsulLock.AcquireAsync(client, "leader");
        for (int renewals = 1; renewals <= 4; renewals++)
        {
            long before = held.Session.RenewedAt;
            await Eventually.IsTrue(() => _time.PendingTimers >= 3, "renewal, lease and watch are set");
            _time.Advance(TimeSpan.FromSeconds(3.4));
            await Eventually.IsTrue(() => held.Session.RenewedAt != before, $"renewal {renewals}");
        }

        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task Lock_RegistryGone_IsGivenUpAtTheTtlAndNotLater()
    {
        using var client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address }, time: _time);
        await using ConsulLock held = await ConsulLock.AcquireAsync(client, "leader");
        await _consul.DownAsync();
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(held.IsHeld);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(held.IsHeld);
        await Eventually.IsTrue(() => held.Lost.IsCancellationRequested, "the loss is told");
        await _consul.UpAsync();
    }

    [Fact]
    public async Task Lock_RenewalFindsNoSession_IsLost()
    {
        using var client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address }, time: _time);
        await using ConsulLock held = await ConsulLock.AcquireAsync(client, "leader");
        _consul.Answer = c => c.Request.Path.StartsWithSegments("/v1/session/renew")
            ? FakeConsul.Text(c, 404, "Session id 'x' not found")
            : _locks.AnswerAsync(c);
        await Eventually.IsTrue(() => _time.PendingTimers >= 3, "renewal, lease and watch are set");
        _time.Advance(TimeSpan.FromSeconds(3.4));
        await Eventually.IsTrue(() => held.Lost.IsCancellationRequested, "the loss is told");
    }

    [Fact]
    public async Task Acquire_RegistryComesLate_WaitsForItAndReportsTheFailures()
    {
        await _consul.DownAsync();
        int failures = 0;
        Task<ConsulLock> waiting = ConsulLock.AcquireAsync(_client, "leader", new LockOptions { OnFailure = _ => Interlocked.Increment(ref failures) });
        await Eventually.IsTrue(() => failures >= 2, "two failures");
        await _consul.UpAsync();
        await using ConsulLock held = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task Acquire_SessionEndsWhileWaiting_GoesOnWithANewOne()
    {
        await using ConsulLock first = await ConsulLock.AcquireAsync(_client, "leader");
        bool refused = false;
        _consul.Answer = c =>
        {
            // The first acquisition of the second contender meets an ended session.
            if (c.Request.Query.ContainsKey("acquire") && !refused)
            {
                refused = true;
                return FakeConsul.Text(c, 500, "raft apply failed: invalid session \"x\"");
            }

            return _locks.AnswerAsync(c);
        };
        var quick = new LockOptions
        {
            Retry = new RetryPaces { ServerError = new RetryPace(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)) },
        };
        Task<ConsulLock> waiting = ConsulLock.AcquireAsync(_client, "leader", quick);
        await first.DisposeAsync();
        await using ConsulLock second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(refused);
        Assert.Equal(3, _consul.Seen.Count(r => r.Target == "/v1/session/create"));
    }

    [Fact]
    public async Task Acquire_Cancelled_EndsTheSession()
    {
        await using ConsulLock first = await ConsulLock.AcquireAsync(_client, "leader");
        using var cancel = new CancellationTokenSource();
        using ConsulClient other = Second();
        Task waiting = ConsulLock.AcquireAsync(other, "leader", cancellation: cancel.Token);
        await SecondWaitsAsync();
        Assert.Equal(2, _locks.SessionCount);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, _locks.SessionCount);
    }

    [Theory]
    [InlineData(9, 10, "Ttl: 00:00:09 is outside 00:00:10 to 1.00:00:00.")]
    [InlineData(10, 61, "LockDelay: 00:01:01 is outside 00:00:00.0010000 to 00:01:00.")]
    [InlineData(10, 0, "LockDelay: 00:00:00 is outside 00:00:00.0010000 to 00:01:00.")]
    public async Task Acquire_OptionOutOfRange_IsRefused(int ttl, int delay, string message)
    {
        var options = new LockOptions { Ttl = TimeSpan.FromSeconds(ttl), LockDelay = TimeSpan.FromSeconds(delay) };
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => ConsulLock.AcquireAsync(_client, "leader", options));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    // Known by its token, apart from the holder that waits for its loss on the same key.
    private ConsulClient Second() => new(new ConsulClientOptions { Address = _consul.Address, Token = "second" });

    private Task SecondWaitsAsync() => Eventually.IsTrue(
        () => _consul.Seen.Any(r => r.Token == "second" && r.Target.StartsWith("/v1/kv/leader?index=", StringComparison.Ordinal)), "the second waits");
}
