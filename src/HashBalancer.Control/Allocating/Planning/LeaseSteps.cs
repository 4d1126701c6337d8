using HashBalancer.Allocation.Model;

namespace HashBalancer.Control;

/// <summary>What becomes of one lease by itself: it goes on when its step is done, and ends when its node cannot do it. Pure.</summary>
internal sealed class LeaseSteps(FleetInput input, IReadOnlyDictionary<string, PoolSpec> pools)
{
    /// <summary>Refusals double up to this.</summary>
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromHours(1);

    /// <summary>A request keeps the ring that it began with: one that waited for its node, or is tried again, may still come to it shortly after.</summary>
    private static readonly TimeSpan ShortestDrain = TimeSpan.FromMilliseconds(500);

    private readonly DateTimeOffset _now = input.Now;
    private readonly long _epoch = input.Epoch + 1;

    /// <summary>The lease after this round's step; itself when nothing happened.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="node">Its node; null when it is registered no more.</param>
    /// <param name="progress">How it gets on; null: nobody has said.</param>
    public FleetLease Next(FleetLease lease, FleetNode? node, NodeProgress? progress)
    {
        if (lease.Pool is not null && !pools.ContainsKey(lease.Pool) && lease.Phase != LeasePhase.Draining)
            return lease.Serves ? Drain(lease, next: null) : Freed(lease);
        return lease.Phase switch
        {
            LeasePhase.Starting or LeasePhase.Warming when node is not { Available: true } => Freed(lease),
            LeasePhase.Draining when node is null => Freed(lease),
            LeasePhase.Notice when node is not { Available: true } => lease with { Phase = LeasePhase.Serving, Next = null, Epoch = _epoch },
            LeasePhase.Starting => Started(lease, progress),
            LeasePhase.Warming => Warmed(lease, progress),
            LeasePhase.Draining => Drained(lease, node!, progress),
            LeasePhase.Serving or LeasePhase.Notice when progress?.Agent is { State: AgentState.Declined } agent => Refused(lease, agent.Reason ?? "its agent declined"),
            _ => lease,
        };
    }

    /// <summary>Gives a free node to a pool.</summary>
    public FleetLease Start(FleetLease lease, string pool) => lease with
    {
        Pool = pool,
        Service = input.Services[pool],
        Instance = FleetLease.InstanceOf(lease.Node, pool),
        Phase = LeasePhase.Starting,
        Since = _now,
        Assigned = _epoch,
        Epoch = _epoch,
        Next = null,
    };

    /// <summary>Tells a node's pool that it will leave.</summary>
    public FleetLease Announce(FleetLease lease, string? next) => lease with
    {
        Phase = LeasePhase.Notice,
        Since = lease.Phase == LeasePhase.Notice ? lease.Since : _now,
        Next = next,
        Epoch = _epoch,
    };

    /// <summary>Takes a node out of its pool's ring.</summary>
    public FleetLease Drain(FleetLease lease, string? next) => lease with { Phase = LeasePhase.Draining, Since = _now, Next = next, Epoch = _epoch };

    /// <summary>Lets a node stay that was told that it would leave.</summary>
    public FleetLease Withdraw(FleetLease lease) => lease with { Phase = LeasePhase.Serving, Next = null, Epoch = _epoch };

    /// <summary>Changes where a node goes that is leaving its pool.</summary>
    public FleetLease Redirect(FleetLease lease, string? next) => lease with { Next = next, Epoch = _epoch };

    private FleetLease Started(FleetLease lease, NodeProgress? progress)
    {
        if (progress?.Agent is { State: AgentState.Declined } agent)
            return Refused(lease, agent.Reason ?? "its agent declined");
        if (progress?.Agent is { State: AgentState.Running } running && running.Instance == lease.Instance)
            return lease with { Phase = LeasePhase.Warming, Since = _now, Epoch = _epoch };
        return _now - lease.Since >= input.Rules.StartTimeout
            ? Refused(lease, FormattableString.Invariant($"it did not serve within {input.Rules.StartTimeout.TotalSeconds:0.#} s"))
            : lease;
    }

    private FleetLease Warmed(FleetLease lease, NodeProgress? progress)
    {
        if (progress?.Agent is { State: AgentState.Declined } agent)
            return Refused(lease, agent.Reason ?? "its agent declined");
        bool isDue = _now - lease.Since >= pools[lease.Pool!].Warm;
        if (progress is not { IsWarm: true } && !isDue)
            return lease;
        if (progress is not null && progress.WarmFailed > progress.WarmSent / 2)
            return Refused(lease, FormattableString.Invariant($"warming failed: {progress.WarmFailed} of {progress.WarmSent} requests"));
        // Warm or not, a node that nothing answers on must not serve.
        return progress?.Agent is { State: AgentState.Running }
            ? lease with { Phase = LeasePhase.Serving, Since = _now, Epoch = _epoch, FormerPool = null, FormerInstance = null, Refusals = Other(lease) }
            : isDue ? Refused(lease, "it stopped serving while it was warmed") : lease;
    }

    private FleetLease Drained(FleetLease lease, FleetNode node, NodeProgress? progress)
    {
        TimeSpan limit = pools.TryGetValue(lease.Pool!, out PoolSpec? pool) ? pool.Drain : TimeSpan.Zero;
        TimeSpan drained = _now - lease.Since;
        bool isDone = (progress is { IsFollowed: true, InFlight: 0 } && drained >= ShortestDrain) || !node.Available || drained >= limit;
        if (!isDone)
            return lease;
        FleetLease freed = Freed(lease);
        return lease.Next is { } next && node.Available && pools.ContainsKey(next) && input.Services.ContainsKey(next) ? Start(freed, next) : freed;
    }

    private FleetLease Freed(FleetLease lease) => lease with
    {
        Phase = LeasePhase.Free,
        Since = _now,
        Epoch = _epoch,
        Next = null,
        Pool = null,
        Service = null,
        Instance = null,
        FormerPool = lease.Pool,
        FormerInstance = lease.Instance,
    };

    private FleetLease Refused(FleetLease lease, string reason)
    {
        int times = 1 + (lease.Refusals.FirstOrDefault(earlier => earlier.Pool == lease.Pool)?.Times ?? 0);
        double factor = Math.Pow(2, Math.Min(times - 1, 12));
        TimeSpan time = TimeSpan.FromTicks((long)Math.Min(input.Rules.Refusal.Ticks * factor, LongestRefusal.Ticks));
        return Freed(lease) with { Refusals = [.. Other(lease), new LeaseRefusal(lease.Pool!, _now + time, times, reason)] };
    }

    /// <summary>Refusals of other pools that still mean something; that of its own has ended well or is written anew.</summary>
    private LeaseRefusal[] Other(FleetLease lease) => [.. lease.Refusals.Where(earlier => earlier.Pool != lease.Pool && _now - earlier.Until < LongestRefusal)];
}
