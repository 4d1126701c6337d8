using System.Collections.Immutable;

namespace HashBalancer.Control;

/// <summary>Whether the registry answers.</summary>
public enum RegistryState
{
    /// <summary>It was not asked yet, or has neither answered nor failed yet.</summary>
    Unknown,

    /// <summary>The last query of at least one pool was answered, be it with a refusal.</summary>
    Reachable,

    /// <summary>The last query of every pool failed.</summary>
    Unreachable,
}

/// <summary>How a query of the registry ended.</summary>
public enum QueryOutcome
{
    /// <summary>With an answer.</summary>
    Answered,

    /// <summary>With a refusal (4xx): the registry is there, but token, name or parameter do not please it.</summary>
    Refused,

    /// <summary>Without a usable answer: no connection, no leader, a server error, a rate limit, a body that cannot be read.</summary>
    Failed,
}

/// <summary>What is known of the registry at one moment.</summary>
/// <param name="State">Whether it answers.</param>
/// <param name="Since">Since when it is in that state.</param>
/// <param name="Address">Where it is asked.</param>
/// <param name="LastError">What went wrong last, over all pools; null when nothing has yet. It stays after a recovery.</param>
/// <param name="AnsweredAt">When a query of any pool was answered last; null when none was.</param>
/// <param name="Pools">Each watched pool by its name, compared without regard to case.</param>
/// <param name="Announcements">The list of services, which <see cref="AnnouncementService"/> watches; null when nothing does.</param>
public sealed record RegistryReport(
    RegistryState State,
    DateTimeOffset Since,
    string Address,
    string? LastError,
    DateTimeOffset? AnsweredAt,
    ImmutableDictionary<string, QueryReport> Pools,
    QueryReport? Announcements)
{
    internal QueryReport? Of(string? pool) => pool is null ? Announcements : Pools.GetValueOrDefault(pool);

    internal RegistryReport With(string? pool, QueryReport query) =>
        pool is null ? this with { Announcements = query } : this with { Pools = Pools.SetItem(pool, query) };

    /// <summary>Whether the last query of any other than this pool reached the registry.</summary>
    internal bool IsReachedBesides(string? pool) =>
        (pool is not null && Announcements is { IsReached: true })
        || Pools.Any(p => p.Value.IsReached && !string.Equals(p.Key, pool, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What is known of the queries of one pool, or of those for announcements.</summary>
/// <param name="LastOutcome">How the last query ended; null when none has.</param>
/// <param name="AnsweredAt">When a query was answered last; null when none was.</param>
/// <param name="Index">The registry's index of the last answer; 0 when there was none.</param>
/// <param name="FailuresInRow">How many queries have failed or were refused since the last answer.</param>
/// <param name="LastError">What went wrong last; null when nothing has yet. It stays after a recovery.</param>
/// <param name="Held">How many nodes or services are kept although the last answer did not name them: see <see cref="MembershipOptions.LossGrace"/>.</param>
public sealed record QueryReport(
    QueryOutcome? LastOutcome,
    DateTimeOffset? AnsweredAt,
    ulong Index,
    int FailuresInRow,
    string? LastError,
    int Held)
{
    internal static QueryReport None { get; } = new(LastOutcome: null, AnsweredAt: null, Index: 0, FailuresInRow: 0, LastError: null, Held: 0);

    // A refusal is an answer too: the registry is there.
    internal bool IsReached => LastOutcome is QueryOutcome.Answered or QueryOutcome.Refused;
}
