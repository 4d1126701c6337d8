using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Whether the registry answers, since when, and what went wrong: for readiness, reasons of refusals, metrics and the log.</summary>
/// <remarks>
/// <para>Thread-safe. Reading <see cref="Current"/> is one volatile load; writing takes a short lock.</para>
/// <para>The registry counts as reachable while the last query of any pool was answered: a query that waits for a change says
/// nothing until it ends, so one pool's failure alone (an unknown datacenter, say) is no loss of the registry, and a crashed
/// registry fails the queries of all pools at once. Loss and recovery are logged once each, as warning and information. A
/// single pool that is refused is logged at once, one that fails while others are answered at its second failure in a row:
/// by then a lost registry would have failed them all.</para>
/// </remarks>
public sealed class RegistryStatus
{
    private readonly Func<string> _address;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryStatus> _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _troubled = new(StringComparer.OrdinalIgnoreCase); // Logged, not yet recovered; guarded by _gate.
    private RegistryReport _current;

    /// <summary>Starts as not yet known.</summary>
    /// <param name="address">Gives the address where the registry is asked now, as shown to people: it changes when another agent takes over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes of state go, one line each.</param>
    internal RegistryStatus(Func<string> address, TimeProvider time, ILogger<RegistryStatus> logger)
    {
        _address = address;
        _time = time;
        _logger = logger;
        _current = new RegistryReport(RegistryState.Unknown, time.GetUtcNow(), address(), LastError: null, AnsweredAt: null,
            ImmutableDictionary.Create<string, QueryReport>(StringComparer.OrdinalIgnoreCase), Announcements: null);
    }

    /// <summary>What is known now; one consistent report.</summary>
    public RegistryReport Current => Volatile.Read(ref _current);

    /// <summary>Why a pool has no, or no fresh, nodes, in words for an operator; null when its last query was answered.</summary>
    public string? ProblemOf(string pool)
    {
        RegistryReport report = Current;
        QueryReport? query = report.Pools.GetValueOrDefault(pool);
        return (report.State, query) switch
        {
            (RegistryState.Unreachable, _) => $"the registry at {report.Address} does not answer since {Shown(report.Since)}: {query?.LastError ?? report.LastError}",
            (_, null or { LastOutcome: null }) => $"the registry at {report.Address} has not answered yet",
            (_, { LastOutcome: QueryOutcome.Answered }) => null,
            _ => $"the registry at {report.Address} does not answer for pool '{pool}': {query.LastError}",
        };
    }

    /// <summary>A watch begins: of a pool, or of announcements when <paramref name="pool"/> is null.</summary>
    internal void Watching(string? pool)
    {
        lock (_gate)
        {
            if (_current.Of(pool) is null)
                Volatile.Write(ref _current, _current.With(pool, QueryReport.None));
        }
    }

    internal void NoLongerWatching(string pool)
    {
        lock (_gate)
        {
            _troubled.Remove(SubjectOf(pool));
            Volatile.Write(ref _current, _current with { Pools = _current.Pools.Remove(pool) });
        }
    }

    /// <summary>A query was answered. Ignored when nothing watches there: it is the last one of a watch that was stopped.</summary>
    internal void Answered(string? pool, ulong index, int held)
    {
        lock (_gate)
        {
            RegistryReport before = _current;
            if (before.Of(pool) is not { } query)
                return;
            DateTimeOffset now = _time.GetUtcNow();
            query = query with { LastOutcome = QueryOutcome.Answered, AnsweredAt = now, Index = index, FailuresInRow = 0, Held = held };
            Volatile.Write(ref _current, InState(before, RegistryState.Reachable, now).With(pool, query) with { Address = _address(), AnsweredAt = now });
            bool troubled = _troubled.Remove(SubjectOf(pool));
            if (!LogRecovery_NeedsLock(before, now) && troubled)
                _logger.LogInformation(new EventId(2000, "SubjectAnswered"), "The registry at {Address} answers for {Subject} again", _current.Address, SubjectOf(pool));
        }
    }

    /// <summary>A query failed or was refused. Ignored when nothing watches there.</summary>
    internal void Failed(string? pool, QueryOutcome outcome, string error)
    {
        // It is shown inside sentences that go on.
        error = error.TrimEnd('.');
        lock (_gate)
        {
            RegistryReport before = _current;
            if (before.Of(pool) is not { } query)
                return;
            DateTimeOffset now = _time.GetUtcNow();
            query = query with { LastOutcome = outcome, FailuresInRow = query.FailuresInRow + 1, LastError = error };
            bool reachable = query.IsReached || before.IsReachedBesides(pool);
            Volatile.Write(
                ref _current,
                InState(before, reachable ? RegistryState.Reachable : RegistryState.Unreachable, now).With(pool, query) with { Address = _address(), LastError = error });
            if (!reachable)
            {
                if (before.State != RegistryState.Unreachable)
                    _logger.LogWarning(new EventId(2001, "RegistryLost"), "The registry at {Address} does not answer: {Error}. Pools keep the nodes they have", _current.Address, error);
                return;
            }

            LogRecovery_NeedsLock(before, now);
            if ((outcome == QueryOutcome.Refused || query.FailuresInRow > 1) && _troubled.Add(SubjectOf(pool)))
                _logger.LogWarning(new EventId(2002, "SubjectUnanswered"), "The registry at {Address} does not answer for {Subject}: {Error}. What is known stays in force", _current.Address, SubjectOf(pool), error);
        }
    }

    private bool LogRecovery_NeedsLock(RegistryReport before, DateTimeOffset now)
    {
        if (before.State == RegistryState.Unreachable)
            _logger.LogInformation(new EventId(2003, "RegistryBack"), "The registry at {Address} answers again after {Seconds:0.#} s", _current.Address, (now - before.Since).TotalSeconds);
        else if (before.State == RegistryState.Unknown)
            _logger.LogInformation(new EventId(2004, "RegistryAnswers"), "The registry at {Address} answers", _current.Address);
        return before.State != RegistryState.Reachable;
    }

    private static string SubjectOf(string? pool) => pool is null ? "announced services" : $"pool {pool}";

    private static RegistryReport InState(RegistryReport report, RegistryState state, DateTimeOffset now) =>
        report.State == state ? report : report with { State = state, Since = now };

    private static string Shown(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
