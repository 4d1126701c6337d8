using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Forwards a request once, as <see cref="Forwarding"/> does.</summary>
internal delegate Task ForwardOnce(HttpContext context, IReverseProxyFeature proxy, DestinationState destination, ConnectionPolicy connections, IAnswerJudge judge);

/// <summary>A try of a safe request without a body, and a second one beside it at the next node when the first takes long: the first good answer goes to
/// the client, the other try ends.</summary>
/// <remarks>
/// <para>After Dean and Barroso, "The Tail at Scale", CACM 2013. A second try is paid from the pool's retry budget, so that a pool that is slow as a whole
/// does not get twice its load. An answer is good unless its status is 500 or above or one to retry on; of two that are not, the last one
/// counts as the request's.</para>
/// <para>Both tries may end at the same time on different threads; who wins is decided under a lock. The second touches the client's response only
/// after the first has ended.</para>
/// </remarks>
internal sealed class HedgedRound(
    HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, NodeSelection selection, int tries, long start,
    RetryDecider decider, NodeSelector selector, TryLedger ledger, Observation? seen, TimeProvider time) : AnswerJudge(decider, pool, walk, tries, start, repeatable: true), IDisposable
{
    private readonly Lock _race = new();
    private readonly CancellationToken _client = context.RequestAborted;
    private readonly CancellationTokenSource _unwanted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    private readonly SecondRequest _second = new(context, proxy);
    private Task<ForwardResult>? _first;
    private bool _firstRuns;
    private bool _secondRuns;
    private Side? _winner;

    private enum Side
    {
        First,
        Second,
    }

    public override CancellationToken Unwanted => _unwanted.Token;

    public override ValueTask<bool> Takes(int status) => Takes(Side.First, status);

    /// <summary>Runs the round; every try of it is counted when it ends.</summary>
    /// <param name="forward">Sends one try.</param>
    /// <param name="delay">After which the second begins.</param>
    public async Task<ForwardResult> Run(ForwardOnce forward, TimeSpan delay)
    {
        context.RequestAborted = _unwanted.Token;
        try
        {
            _firstRuns = true;
            _first = Try(forward, context, proxy, selection, this, Side.First);
            if (!await IsOverWithin(delay) && NextNode() is { } next)
                return await RunBoth(forward, next);
            return await _first;
        }
        finally
        {
            context.RequestAborted = _client;
        }
    }

    public void Dispose()
    {
        _second.Dispose();
        _unwanted.Dispose();
    }

    private async Task<bool> IsOverWithin(TimeSpan delay)
    {
        if (_first!.IsCompleted)
            return true;
        using var over = new CancellationTokenSource();
        Task passed = Task.Delay(delay, time, over.Token);
        bool isOver = await Task.WhenAny(_first, passed) == _first;
        await over.CancelAsync();
        return isOver;
    }

    /// <summary>Where the second try goes; null, and counted, if there is to be none. From here on it counts as running.</summary>
    private NodeSelection? NextNode()
    {
        lock (_race)
        {
            if (_winner is not null || !_firstRuns)
                return null;
            NodeSelection next = default;
            // Where every node is busy, a second try is no help but more of the same.
            HedgeResult? refusal = !Pool.Runtime.Budget.TryWithdraw(Pool.Policy.Retry, time) ? HedgeResult.OverBudget
                : (next = Next(selector)) is { Node: null } or { Reason: SelectionReason.Saturated } ? HedgeResult.NoSuccessor
                : null;
            if (refusal is { } reason)
            {
                Pool.Runtime.Count(reason);
                return null;
            }

            Pool.Runtime.Count(next.Reason);
            Tries++;
            _secondRuns = true;
            return next;
        }
    }

    private async Task<ForwardResult> RunBoth(ForwardOnce forward, NodeSelection next)
    {
        var judge = new SecondJudge(this);
        HttpContext other = _second.Begin(judge);
        ForwardResult second;
        try
        {
            second = await Try(forward, other, _second.Proxy, next, judge, Side.Second);
        }
        finally
        {
            // Whatever came of it: the request's context is not given back while anything works with it.
            await FirstIsOver();
        }

        Pool.Runtime.Count(_winner switch
        {
            Side.First => HedgeResult.Lost,
            Side.Second => HedgeResult.Won,
            _ => HedgeResult.Failed,
        });
        if (_winner == Side.Second)
            return second;
        ForwardResult first = await _first!;
        if (_winner == Side.First || first.Error is not null)
            return first;
        if (second.Error is not null)
            context.Response.StatusCode = other.Response.StatusCode;
        return second;
    }

    private async Task FirstIsOver() => await ((Task)_first!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<ForwardResult> Try(ForwardOnce forward, HttpContext of, IReverseProxyFeature with, NodeSelection at, IAnswerJudge judge, Side side)
    {
        long begun = time.GetTimestamp();
        // An exception that comes through is none of the node's: forwarders report those as results.
        var result = new ForwardResult(Outcome.ServerError, null);
        TryLedger.Begin(Pool, at);
        Observation.TryObservation? watched = seen?.Try(in at);
        bool isOutrun = false;
        try
        {
            with.AvailableDestinations = at.Destination!;
            await forward(of, with, at.Destination!, Pool.Policy.Connections, judge);
            result = ForwardResult.Of(of);
            if (_winner == side)
                ledger.TakeReport(of, Pool, at.Node!);
        }
        finally
        {
            lock (_race)
            {
                // One whose answer was dropped for its status before the other one won has not been outrun.
                isOutrun = _winner is { } winner && winner != side && (side == Side.First ? _firstRuns : _secondRuns);
                _ = side == Side.First ? _firstRuns = false : _secondRuns = false;
            }

            Outcome outcome = isOutrun ? Outcome.Canceled : result.Outcome;
            ledger.End(Pool, Walk.View, at.Node!, outcome, begun, tookAtLeast: isOutrun);
            watched?.End(outcome, isOutrun ? null : result.Error, of.Response.StatusCode);
        }

        return result;
    }

    private async ValueTask<bool> Takes(Side side, int status)
    {
        lock (_race)
        {
            if (_winner is not null)
                return false;
            if (status >= StatusCodes.Status500InternalServerError || Pool.Policy.Retry.Statuses.Contains(status))
            {
                if (side == Side.First ? _secondRuns : _firstRuns)
                {
                    _ = side == Side.First ? _firstRuns = false : _secondRuns = false;
                    return false;
                }

                if (Drops(status))
                    return false;
            }

            _winner = side;
        }

        if (side == Side.First)
        {
            _second.End();
            return true;
        }

        await _unwanted.CancelAsync();
        await FirstIsOver();
        Retries.Reset(context);
        _second.TakeOver();
        return true;
    }

    private sealed class SecondJudge(HedgedRound round) : IAnswerJudge
    {
        public CancellationToken Unwanted => round._second.RequestAborted;

        public ValueTask<bool> Takes(int status) => round.Takes(Side.Second, status);
    }
}
