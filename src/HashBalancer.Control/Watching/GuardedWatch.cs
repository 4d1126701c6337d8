using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Follows one question to the registry, from start to stop: answers are mapped, guarded and handed on.</summary>
/// <remarks>One loop, so nothing in it needs a lock: answers, failures and the end of a grace are taken one after the other.</remarks>
/// <typeparam name="TEntry">What the registry names.</typeparam>
/// <typeparam name="TItem">What it is mapped to.</typeparam>
internal abstract class GuardedWatch<TEntry, TItem> : IAsyncDisposable
{
    // A watch that throws is a fault of ours: try again, but not so fast that its log lines hide all others.
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    private readonly string _subject;
    private readonly IRegistryFeed<TEntry> _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LossGuard<TItem> _guard;
    private readonly WarningLog _warnings;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes a watch that does not run yet.</summary>
    /// <param name="subject">Whom log lines are about, such as <c>Pool items</c>.</param>
    /// <param name="feed">The question.</param>
    /// <param name="idOf">What makes an item the same in two answers.</param>
    /// <param name="lossGrace">See <see cref="MembershipOptions.LossGrace"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where warnings go.</param>
    protected GuardedWatch(string subject, IRegistryFeed<TEntry> feed, Func<TItem, string> idOf, TimeSpan lossGrace, TimeProvider time, ILogger logger)
    {
        _subject = subject;
        _feed = feed;
        _time = time;
        _logger = logger;
        _guard = new LossGuard<TItem>(idOf, lossGrace, time);
        _warnings = new WarningLog(subject, logger);
    }

    /// <summary>Begins with items that an earlier run knew, to be doubted by no more than any others; before <see cref="Start"/>.</summary>
    public void Restore(IReadOnlyList<TItem> items, ulong index) => _guard.Restore(items, index);

    /// <summary>Starts the loop on the thread pool; once.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Ends the loop and waits for it; once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Maps what an answer names; what is odd about it goes to the warnings.</summary>
    protected abstract IReadOnlyList<TItem> Map(IReadOnlyList<TEntry> entries, Warnings warnings);

    /// <summary>Hands on what is in force with an answer.</summary>
    /// <param name="items">The items, the held ones included.</param>
    /// <param name="index">The answer's index.</param>
    /// <param name="held">How many of the items the answer does not name.</param>
    protected abstract void Answered(IReadOnlyList<TItem> items, ulong index, int held);

    /// <summary>Hands on that a query failed or was refused.</summary>
    protected abstract void Failed(QueryOutcome outcome, string error);

    private async Task RunAsync()
    {
        CancellationToken stopping = _stop.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _logger.LogError(new EventId(2030, "WatchFailed"), e, "{Subject} stays as it is: its watch failed and starts again in {Seconds} s", _subject, PauseAfterFault.TotalSeconds);
                await Task.Delay(PauseAfterFault, _time, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        using CancellationTokenSource watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using IAsyncEnumerator<RegistryEvent<TEntry>> events = _feed.Watch(watching.Token).GetAsyncEnumerator(watching.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        (DateTimeOffset Until, Task Wait)? grace = null;
        try
        {
            while (true)
            {
                grace = _guard.Until is not { } until ? null
                    : grace is { } waiting && waiting.Until == until ? waiting
                    : (until, Wait(until, stopping));
                await Task.WhenAny(next, grace?.Wait ?? next);
                if (!next.IsCompleted)
                {
                    await EndGraceAsync(stopping);
                    continue;
                }

                if (!await next)
                    return;
                Take(events.Current);
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator must not be disposed while a move is under way.
            await watching.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task Wait(DateTimeOffset until, CancellationToken stopping)
    {
        TimeSpan rest = until - _time.GetUtcNow();
        return Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, _time, stopping);
    }

    private void Take(RegistryEvent<TEntry> taken)
    {
        if (taken is RegistryEvent<TEntry>.Answer answer)
            TakeAnswer(answer, graceIsOver: false);
        else
            TakeFailure((RegistryEvent<TEntry>.Failure)taken);
    }

    private async Task EndGraceAsync(CancellationToken stopping)
    {
        switch (await _feed.Read(stopping))
        {
            case RegistryEvent<TEntry>.Failure failure:
                TakeFailure(failure);
                _guard.Extend();
                break;
            case RegistryEvent<TEntry>.Answer answer:
                TakeAnswer(answer, graceIsOver: true);
                break;
        }
    }

    private void TakeAnswer(RegistryEvent<TEntry>.Answer answer, bool graceIsOver)
    {
        Warnings warnings = new();
        IReadOnlyList<TItem> named = Map(answer.Entries, warnings);
        _warnings.Report(warnings.Lines);
        int heldBefore = _guard.Held;
        IReadOnlyList<TItem> items = _guard.Accept(named, answer.Index, answer.IsDoubtful);
        if (graceIsOver && _guard.Held > 0)
        {
            _logger.LogWarning(new EventId(2031, "NodesLetGo"), "{Subject}: {Count} go: the registry did not name them again in time", _subject, _guard.Held);
            items = _guard.Release();
        }
        else if (heldBefore == 0 && _guard.Held > 0)
        {
            _logger.LogWarning(new EventId(2032, "NodesHeld"),
                "{Subject}: {Count} that the registry names no more are kept: it was lost or started anew, and they may return until {Until:HH:mm:ss} UTC",
                _subject, _guard.Held, _guard.Until);
        }
        else if (heldBefore > 0 && _guard.Held == 0)
        {
            _logger.LogInformation(new EventId(2033, "NodesNamedAgain"), "{Subject}: the registry names all again", _subject);
        }

        Answered(items, answer.Index, _guard.Held);
    }

    private void TakeFailure(RegistryEvent<TEntry>.Failure failure)
    {
        _guard.RegistryLost();
        Failed(failure.Outcome, failure.Error);
    }
}
