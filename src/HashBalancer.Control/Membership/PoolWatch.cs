using HashBalancer.Ring;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Follows the registry for one pool, from start to stop.</summary>
/// <remarks>One loop, so nothing in it needs a lock: answers, failures and the end of a grace are taken one after the other.</remarks>
internal sealed class PoolWatch : IAsyncDisposable
{
    // A watch that throws is a fault of ours: try again, but not so fast that its log lines hide all others.
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    private readonly IServiceSource _source;
    private readonly IWatchListener _listener;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MembershipGuard _guard;
    private readonly WarningLog _warnings;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public PoolWatch(PoolDefinition pool, IServiceSource source, IWatchListener listener, TimeSpan lossGrace, TimeProvider time, ILogger logger)
    {
        Pool = pool;
        _source = source;
        _listener = listener;
        _time = time;
        _logger = logger;
        _guard = new MembershipGuard(lossGrace, time);
        _warnings = new WarningLog(pool.Name, logger);
    }

    /// <summary>What is watched.</summary>
    public PoolDefinition Pool { get; }

    /// <summary>Begins with nodes that an earlier run knew, to be doubted by no more than any others; before <see cref="Start"/>.</summary>
    public void Restore(IReadOnlyList<NodeRegistration> nodes, ulong index) => _guard.Restore(nodes, index);

    /// <summary>Starts the loop on the thread pool; once.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Ends the loop and waits for it; once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

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
                _logger.LogError(e, "Pool {Pool} keeps the nodes it has: its watch failed and starts again in {Seconds} s", Pool.Name, PauseAfterFault.TotalSeconds);
                await Task.Delay(PauseAfterFault, _time, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        using CancellationTokenSource watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using IAsyncEnumerator<ServiceEvent> events = _source.Watch(Pool, watching.Token).GetAsyncEnumerator(watching.Token);
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

    private void Take(ServiceEvent taken)
    {
        if (taken is ServiceEvent.Answer answer)
            TakeAnswer(answer, graceIsOver: false);
        else
            TakeFailure((ServiceEvent.Failure)taken);
    }

    private async Task EndGraceAsync(CancellationToken stopping)
    {
        switch (await _source.Read(Pool, stopping))
        {
            case ServiceEvent.Failure failure:
                TakeFailure(failure);
                _guard.Extend();
                break;
            case ServiceEvent.Answer answer:
                TakeAnswer(answer, graceIsOver: true);
                break;
        }
    }

    private void TakeAnswer(ServiceEvent.Answer answer, bool graceIsOver)
    {
        NodeWarnings warnings = new();
        List<NodeRegistration> named = NodeMapper.Map(answer.Instances, warnings);
        _warnings.Report(warnings.Lines);
        int heldBefore = _guard.Held;
        IReadOnlyList<NodeRegistration> nodes = _guard.Accept(named, answer.Index, answer.IsDoubtful);
        if (graceIsOver && _guard.Held > 0)
        {
            _logger.LogWarning("Pool {Pool} lets go of {Count} nodes: the registry did not name them again in time", Pool.Name, _guard.Held);
            nodes = _guard.Release();
        }
        else if (heldBefore == 0 && _guard.Held > 0)
        {
            _logger.LogWarning(
                "Pool {Pool} keeps {Count} nodes that the registry names no more: it was lost or started anew, and they may return until {Until:HH:mm:ss} UTC",
                Pool.Name, _guard.Held, _guard.Until);
        }
        else if (heldBefore > 0 && _guard.Held == 0)
        {
            _logger.LogInformation("Pool {Pool}: the registry names all of its nodes again", Pool.Name);
        }

        _listener.Answered(this, new PoolMembership(Pool.Name, MembershipSource.Registry, nodes), answer.Index, _guard.Held);
    }

    private void TakeFailure(ServiceEvent.Failure failure)
    {
        _guard.RegistryLost();
        _listener.Failed(this, failure.Outcome, failure.Error);
    }
}

/// <summary>Hears what a watch learns.</summary>
internal interface IWatchListener
{
    /// <summary>The registry answered.</summary>
    /// <param name="watch">Who tells.</param>
    /// <param name="membership">The pool's nodes with this answer, the held ones included.</param>
    /// <param name="index">The answer's index.</param>
    /// <param name="held">How many of the nodes the answer does not name.</param>
    void Answered(PoolWatch watch, PoolMembership membership, ulong index, int held);

    /// <summary>A query failed or was refused.</summary>
    void Failed(PoolWatch watch, QueryOutcome outcome, string error);
}
