using System.Threading.Channels;
using HashBalancer.Testing;

namespace HashBalancer.Consul.Tests.Watching;

/// <summary>The blocking query loop against scripted answers, on a clock that the test moves.</summary>
public sealed class ConsulWatchTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Channel<(QueryOptions Asked, TaskCompletionSource<QueryResult<string>> Answer)> _asked =
        Channel.CreateUnbounded<(QueryOptions, TaskCompletionSource<QueryResult<string>>)>();

    private readonly CancellationTokenSource _stop = new();
    private readonly WatchOptions _options = new() { MinInterval = TimeSpan.Zero };
    private IAsyncEnumerator<WatchEvent<string>>? _events;
    private Task<bool>? _next;

    [Fact]
    public async Task Watch_FirstRead_IsPlainAndThenWaitsOnItsIndex()
    {
        Assert.Equal(0UL, (await AnswerAsync("a", 10)).Index);
        Assert.Equal("a", (await ValueAsync()).Value);
        QueryOptions second = await AnswerAsync("b", 11);
        Assert.Equal(10UL, second.Index);
        Assert.Equal(TimeSpan.FromMinutes(1), second.Wait);
        WatchValue<string> value = await ValueAsync();
        Assert.Equal(("b", false), (value.Value, value.IsDoubtful));
    }

    [Fact]
    public async Task Watch_FirstRead_DoesNotSayHowLongToWait()
    {
        QueryOptions first = await AnswerAsync("a", 10);
        Assert.Null(first.Wait);
    }

    [Fact]
    public async Task Watch_IndexGoesBack_ReadsPlainlyBeforeItReports()
    {
        await AnswerAsync("a", 10);
        await ValueAsync();
        Assert.Equal(10UL, (await AnswerAsync("stale", 3)).Index);
        Assert.Equal(0UL, (await AnswerAsync("fresh", 4)).Index);
        WatchValue<string> value = await ValueAsync();
        Assert.Equal(("fresh", true), (value.Value, value.IsDoubtful));
        Assert.Equal(4UL, (await AnswerAsync("c", 5)).Index);
        Assert.False((await ValueAsync()).IsDoubtful);
    }

    [Fact]
    public async Task Watch_LeaderUnknown_ReadsPlainlyBeforeItReports()
    {
        await AnswerAsync("a", 10);
        await ValueAsync();
        await AnswerAsync("[]", 11, knownLeader: false);
        Assert.Equal(0UL, (await AnswerAsync("b", 12)).Index);
        WatchValue<string> value = await ValueAsync();
        Assert.Equal(("b", true), (value.Value, value.IsDoubtful));
    }

    [Fact]
    public async Task Watch_IndexZero_WaitsOnOne()
    {
        await AnswerAsync("a", 0);
        await ValueAsync();
        Assert.Equal(1UL, (await AnswerAsync("b", 2)).Index);
    }

    [Fact]
    public async Task Watch_Failure_IsReportedAndFollowedByAPlainReadThatIsDoubtful()
    {
        await AnswerAsync("a", 10);
        await ValueAsync();
        await FailAsync(Unreachable());
        WatchFailure<string> failure = await FailureAsync();
        Assert.Equal(1, failure.Attempt);
        await AdvanceAsync(failure.RetryAfter);
        Assert.Equal(0UL, (await AnswerAsync("a", 12)).Index);
        WatchValue<string> value = await ValueAsync();
        Assert.Equal(("a", true), (value.Value, value.IsDoubtful));
        await AnswerAsync("b", 13);
        Assert.False((await ValueAsync()).IsDoubtful);
    }

    [Fact]
    public async Task Watch_FailsBeforeTheFirstAnswer_ThatAnswerIsNotDoubtful()
    {
        await FailAsync(Unreachable());
        await AdvanceAsync((await FailureAsync()).RetryAfter);
        await AnswerAsync("a", 12);
        Assert.False((await ValueAsync()).IsDoubtful);
    }

    [Fact]
    public async Task Watch_Unreachable_IsTriedAgainFrom200MillisecondsDoublingTo2Seconds()
    {
        double[] middle = [200, 400, 800, 1600, 2000, 2000];
        foreach (double expected in middle)
        {
            await FailAsync(Unreachable());
            WatchFailure<string> failure = await FailureAsync();
            Assert.InRange(failure.RetryAfter.TotalMilliseconds, expected * 0.75, expected);
            await AdvanceAsync(failure.RetryAfter);
        }
    }

    [Theory]
    [InlineData(500, 1, 30)]
    [InlineData(429, 1, 30)]
    [InlineData(403, 5, 60)]
    [InlineData(400, 5, 60)]
    public async Task Watch_AnsweredWithAnError_IsTriedAgainAtItsPace(int status, double first, double longest)
    {
        for (int i = 0; i < 7; i++)
        {
            await FailAsync(ErrorClassifier.Classify("GET", "/x", status, "no"u8));
            WatchFailure<string> failure = await FailureAsync();
            Assert.Equal(i + 1, failure.Attempt);
            double expected = Math.Min(first * Math.Pow(2, i), longest);
            Assert.InRange(failure.RetryAfter.TotalSeconds, expected * 0.75, expected);
            await AdvanceAsync(failure.RetryAfter);
        }
    }

    [Fact]
    public async Task Watch_AnswerThatNeitherWaitsNorBringsNews_IsSlowedDown()
    {
        await AnswerAsync("a", 10);
        await ValueAsync();
        await AnswerAsync("a", 10);
        await AdvanceAsync(TimeSpan.FromSeconds(0.9), timers: 1);
        Assert.False(_asked.Reader.TryPeek(out _));
        await AdvanceAsync(TimeSpan.FromSeconds(0.1), timers: 1);
        Assert.Equal("a", (await ValueAsync()).Value);
        Assert.Equal(10UL, (await AnswerAsync("a", 10)).Index);
    }

    [Fact]
    public async Task Watch_WaitRunsOut_AsksOnAtOnce()
    {
        await AnswerAsync("a", 10);
        await ValueAsync();
        Assert.Equal(10UL, (await AnswerAsync("a", 10, after: TimeSpan.FromMinutes(1))).Index);
        await ValueAsync();
        Assert.Equal(10UL, (await AnswerAsync("a", 10, after: TimeSpan.FromMinutes(1))).Index);
    }

    [Fact]
    public async Task Watch_AnswersInARow_AreSpacedAfterTwo()
    {
        WatchOptions spaced = _options with { MinInterval = TimeSpan.FromSeconds(1) };
        await AnswerAsync("a", 10, options: spaced);
        await ValueAsync();
        await AnswerAsync("b", 11);
        await ValueAsync();
        await Eventually.IsTrue(() => _time.PendingTimers == 1, "the loop pauses");
        Assert.False(_asked.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(11UL, (await AnswerAsync("c", 12)).Index);
    }

    [Fact]
    public async Task Watch_QueryThrowsAnythingElse_EndsWithIt()
    {
        await FailAsync(new InvalidOperationException("bug"));
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => _next!);
        Assert.Equal("bug", error.Message);
    }

    [Fact]
    public async Task Watch_Cancelled_EndsAndCancelsTheQuery()
    {
        IAsyncEnumerator<WatchEvent<string>> events = Start();
        ValueTask<bool> next = events.MoveNextAsync();
        (_, TaskCompletionSource<QueryResult<string>> answer) = await _asked.Reader.ReadAsync();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask());
        Assert.True(answer.Task.IsCanceled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(601)]
    public void Watch_WaitOutOfRange_IsRefused(int seconds)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => ConsulWatch.RunAsync<string>((_, _) => throw new InvalidOperationException(), new WatchOptions { Wait = TimeSpan.FromSeconds(seconds) }));
        Assert.StartsWith($"Wait: {TimeSpan.FromSeconds(seconds):c} is outside 00:00:00 (exclusive) to 00:10:00.", error.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_events is not null)
        {
            try
            {
                await _events.DisposeAsync();
            }
            catch (NotSupportedException)
            {
                // A read was still under way.
            }
        }

        _stop.Dispose();
    }

    private static ConsulUnreachableException Unreachable() => new("refused", "GET", "/x", null);

    private IAsyncEnumerator<WatchEvent<string>> Start(WatchOptions? options = null) => _events ??= ConsulWatch.RunAsync(
        async (query, stop) =>
        {
            var answer = new TaskCompletionSource<QueryResult<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = stop.Register(() => answer.TrySetCanceled(stop));
            await _asked.Writer.WriteAsync((query, answer), CancellationToken.None);
            return await answer.Task;
        },
        options ?? _options,
        _time,
        new Random(1),
        _stop.Token).GetAsyncEnumerator();

    private void Pull(WatchOptions? options = null) => _next ??= Start(options).MoveNextAsync().AsTask();

    private async Task<QueryOptions> AnswerAsync(
        string body, ulong index, bool knownLeader = true, TimeSpan after = default, WatchOptions? options = null)
    {
        Pull(options);
        (QueryOptions asked, TaskCompletionSource<QueryResult<string>> answer) = await _asked.Reader.ReadAsync();
        _time.Advance(after);
        answer.SetResult(new QueryResult<string>(body, index, knownLeader, TimeSpan.Zero));
        return asked;
    }

    private async Task FailAsync(Exception error)
    {
        Pull();
        (_, TaskCompletionSource<QueryResult<string>> answer) = await _asked.Reader.ReadAsync();
        answer.SetException(error);
    }

    private async Task<WatchEvent<string>> NextAsync()
    {
        Pull();
        Assert.True(await _next!.WaitAsync(TimeSpan.FromSeconds(20)));
        _next = null;
        return _events!.Current;
    }

    private async Task<WatchValue<string>> ValueAsync() => Assert.IsType<WatchValue<string>>(await NextAsync());

    private async Task<WatchFailure<string>> FailureAsync() => Assert.IsType<WatchFailure<string>>(await NextAsync());

    private async Task AdvanceAsync(TimeSpan by, int timers = 1)
    {
        await Eventually.IsTrue(() => _time.PendingTimers == timers, "the loop pauses");
        _time.Advance(by);
    }
}
