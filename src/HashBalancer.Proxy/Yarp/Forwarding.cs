using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Has a request sent to its node, counts what became of it, and sends it to the next successors where that is safe.</summary>
/// <remarks>Thread-safe. A request that does not fail allocates nothing beyond the state of <see cref="SendPlainly"/> or <see cref="SendWatched"/>. With a forwarder
/// given, requests that its lean path can serve go that way, past the rest of the pipeline.</remarks>
internal sealed class Forwarding(RequestDelegate next, NodeForwarder? direct, NodeSelector selector, TryLedger ledger, LiveStreams streams, RequestObserver observer, TimeProvider time)
{
    private readonly RetryDecider _decider = new(selector, time);
    private readonly ForwardOnce _forward = (context, proxy, destination, connections, judge) => Forward(next, direct, context, proxy, destination, connections, judge);

    /// <summary>Sends the request, first to the node selected.</summary>
    public Task Send(HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, NodeSelection selection)
    {
        RetryPolicy policy = pool.Policy.Retry;
        bool repeatable = Retries.Prepare(context, policy);
        pool.Runtime.Budget.Deposit(policy.BudgetShare);
        long start = time.GetTimestamp();
        if (walk.Count != 1 || policy.WatchesTries || observer.Of(context) is not null || LiveStreams.Watches(context, pool))
            return SendWatched(context, proxy, pool, walk, selection, tries: 1, repeatable, start);
        proxy.AvailableDestinations = selection.Destination!;
        TryLedger.Begin(pool, selection);
        return SendPlainly(context, proxy, pool, walk.View, selection.Node!, selection.Destination!, walk.Hash, walk.Sharers, repeatable, start);
    }

    /// <summary>The first try, begun already, of a request of which nothing is wanted but its answer, at the first node of its walk. Nearly all are such: what
    /// they keep while they wait is a bit more than half of what <see cref="SendWatched"/> does, and the largest piece of all that a request allocates.</summary>
    private async Task SendPlainly(
        HttpContext context, IReverseProxyFeature proxy, Pool pool, PoolSnapshot view, Node node, DestinationState destination, ulong? hash, int sharers, bool repeatable, long start)
    {
        // An exception that comes through is none of the node's: forwarders report those as results.
        var result = new ForwardResult(Outcome.ServerError, null);
        try
        {
            ForwarderError? error = direct is null ? null : await direct.Send(context, proxy, destination, pool.Policy.Connections, judge: null);
            if (error is null)
                await next(context);
            result = ResultOf(context, error);
            ledger.TakeReport(context, pool, node);
        }
        finally
        {
            ledger.End(pool, view, node, result.Outcome, start);
        }

        if (result.Error is { } reason)
            await GoOn(context, proxy, pool, NodeWalk.Of(pool.Policy, view, hash, sharers, node), reason, repeatable, start);
    }

    /// <summary>Goes on after a first try that failed.</summary>
    private Task GoOn(HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, ErrorReason reason, bool repeatable, long start) =>
        GoesOn(context, pool, ref walk, tries: 1, start, reason, Retries.May(reason, repeatable, timedOut: false), out NodeSelection successor, out Task answered)
            ? SendWatched(context, proxy, pool, walk, successor, tries: 2, repeatable, start)
            : answered;

    /// <summary>Sends the request to the node selected and, if that fails, on to its successors, with all that may be wanted of a try: a time limit, a judge of its
    /// answer, a second try beside it, an observer.</summary>
    private async Task SendWatched(
        HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, NodeSelection selection, int tries, bool repeatable, long start)
    {
        RetryPolicy policy = pool.Policy.Retry;
        Observation? seen = observer.Of(context);
        long begun = tries == 1 ? start : time.GetTimestamp();
        bool isHedged = policy.IsHedged && repeatable && Retries.AreForTwo(context);
        for (; ; tries++)
        {
            // A destination is a list of itself: YARP's load balancing has nothing left to choose.
            proxy.AvailableDestinations = selection.Destination!;
            // An exception that comes through is none of the node's: forwarders report those as results.
            var result = new ForwardResult(Outcome.ServerError, null);
            TryTimer? timer = TimerFor(context, policy, start);
            LiveStream? stream = streams.Watch(context, pool, selection.Node!);
            bool timedOut = false;
            TimeSpan? delay = isHedged && tries < policy.MaxTries ? policy.HedgeDelayBy(pool.Runtime) : null;
            using HedgedRound? round = delay is null ? null : new HedgedRound(context, proxy, pool, walk, selection, tries, start, _decider, selector, ledger, seen, time);
            AnswerJudge? judge = round ?? (policy.Statuses.Count > 0 && policy.MaxTries > 1 ? new AnswerJudge(_decider, pool, walk, tries, start, repeatable) : null);
            if (judge is not null)
                context.Features.Set<IAnswerJudge>(judge);
            if (round is null)
                TryLedger.Begin(pool, selection);
            Observation.TryObservation? watched = round is null ? seen?.Try(in selection) : null;
            try
            {
                if (round is not null)
                {
                    result = await round.Run(_forward, delay!.Value);
                }
                else
                {
                    ForwarderError? error = direct is null ? null : await direct.Send(context, proxy, selection.Destination!, pool.Policy.Connections, judge);
                    if (error is null)
                        await next(context);
                    result = ResultOf(context, error);
                    ledger.TakeReport(context, pool, selection.Node!);
                }

                if (timer is { Expired: true } && !context.Response.HasStarted && result.Outcome == Outcome.Canceled)
                {
                    timedOut = true;
                    result = new ForwardResult(Outcome.Failed, ErrorReason.NodeTimeout);
                    context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
                }
            }
            finally
            {
                stream?.Dispose();
                timer?.Dispose();
                if (round is null)
                    ledger.End(pool, walk.View, selection.Node!, result.Outcome, begun);
                watched?.End(result.Outcome, result.Error, context.Response.StatusCode);
            }

            if (judge is not null)
                (walk, tries) = (judge.Walk, judge.Tries);
            if (judge is { IsDropped: true })
            {
                selection = judge.Successor;
                Retries.Reset(context);
                begun = time.GetTimestamp();
                continue;
            }

            if (result.Error is not { } reason)
                return;
            if (!GoesOn(context, pool, ref walk, tries, start, reason, Retries.May(reason, repeatable, timedOut), out NodeSelection successor, out Task answered))
            {
                await answered;
                return;
            }

            selection = successor;
            begun = time.GetTimestamp();
        }
    }

    /// <summary>Whether a failed try is followed by another, at the successor; if it is not, the request is answered, unless an answer has begun.</summary>
    private bool GoesOn(
        HttpContext context, Pool pool, ref NodeWalk walk, int tries, long start, ErrorReason reason, bool safe, out NodeSelection successor, out Task answered)
    {
        (successor, answered) = (default, Task.CompletedTask);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            pool.Runtime.Count(reason);
            return false;
        }

        RetryVerdict verdict = _decider.Decide(pool, ref walk, tries, start, safe, out successor);
        pool.Runtime.Count(verdict);
        if (verdict == RetryVerdict.Retried)
        {
            Retries.Reset(context);
            return true;
        }

        answered = AnswerFailure(context, pool, reason);
        return false;
    }

    /// <summary>What became of a try; null for an error: the rest of the pipeline served it.</summary>
    private ForwardResult ResultOf(HttpContext context, ForwarderError? error)
    {
        if (error is not null)
            direct!.Count(ForwardingPath.Fast);
        return error == ForwarderError.None ? ForwardResult.OfAnswer(context.Response.StatusCode) : ForwardResult.Of(context);
    }

    private static async Task Forward(
        RequestDelegate next, NodeForwarder? direct, HttpContext context, IReverseProxyFeature proxy, DestinationState destination, ConnectionPolicy connections, IAnswerJudge judge)
    {
        if (direct is null || await direct.Send(context, proxy, destination, connections, judge) is null)
            await next(context);
        else
            direct.Count(ForwardingPath.Fast);
    }

    private TryTimer? TimerFor(HttpContext context, RetryPolicy policy, long start)
    {
        TimeSpan? limit = policy.TryTimeout;
        if (policy.TotalTimeout is { } total)
        {
            TimeSpan left = total - time.GetElapsedTime(start);
            limit = limit is { } each && each < left ? each : TimeSpan.FromTicks(Math.Max(left.Ticks, TimeSpan.TicksPerMillisecond));
        }

        return limit is { } most ? new TryTimer(context, most, time) : null;
    }

    private static Task AnswerFailure(HttpContext context, Pool pool, ErrorReason error)
    {
        pool.Runtime.Count(error);
        int status = context.Response.StatusCode;
        return Problem.Write(context.Response, status, Problem.Body(status, error, pool.Name, ForwardResult.Describe(error)));
    }
}
