using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Records;

public sealed class RequestObserverTests
{
    private readonly RequestObserver _observer = new(TimeProvider.System);
    private readonly Pool _pool = new("items", new PoolPolicy(), new PoolRuntime());

    [Fact]
    public void Begin_NobodyAsks_IsNullAndAllocatesNothing()
    {
        var context = new DefaultHttpContext();
        bool seen = _observer.Begin(context, _pool) is not null;
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 1_000; i++)
                seen |= _observer.IsOn || _observer.Begin(context, _pool) is not null || _observer.Of(context) is not null;
        }));
        Assert.False(seen);
    }

    [Fact]
    public void Begin_AllAreRecorded_KeepsTheRecordAsAFeature()
    {
        _observer.RecordAll();
        var context = new DefaultHttpContext();

        Observation? seen = _observer.Begin(context, _pool);

        Assert.NotNull(seen);
        Assert.Same(seen, _observer.Of(context));
        Assert.Equal("items", context.Features.Get<RequestRecord>()?.Pool);
    }

    [Fact]
    public async Task Profile_RequestWithTheKeyEnds_IsTold()
    {
        Task<RequestRecord?> profile = _observer.ProfileAsync("items", 7, TestContext.Current.CancellationToken);
        Assert.True(_observer.IsOn);

        End(hash: 8);
        Assert.False(profile.IsCompleted);
        End(hash: 7);

        Assert.Equal(7ul, (await profile)?.Hash);
        Assert.False(_observer.IsOn);
    }

    [Fact]
    public async Task Profile_GivenUp_LeavesNothingOn()
    {
        using var stop = new CancellationTokenSource();
        Task<RequestRecord?> profile = _observer.ProfileAsync("items", 7, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => profile);
        Assert.False(_observer.IsOn);
    }

    private void End(ulong hash)
    {
        var context = new DefaultHttpContext();
        Observation seen = _observer.Begin(context, _pool)!;
        seen.Record.Hash = hash;
        seen.End(context);
    }
}
