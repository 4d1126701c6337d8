using HashBalancer.Ring;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Follows the registry for one pool.</summary>
internal sealed class PoolWatch(PoolDefinition pool, IRegistrySource source, IPoolWatchListener listener, TimeSpan lossGrace, TimeProvider time, ILogger logger)
    : GuardedWatch<InstanceReading, NodeRegistration>($"Pool {pool.Name}", source.Instances(pool), static node => node.Id, lossGrace, time, logger)
{
    /// <summary>What is watched.</summary>
    public PoolDefinition Pool => pool;

    protected override IReadOnlyList<NodeRegistration> Map(IReadOnlyList<InstanceReading> entries, Warnings warnings) => NodeMapper.Map(entries, warnings);

    protected override void Answered(IReadOnlyList<NodeRegistration> items, ulong index, int held) =>
        listener.Answered(this, new PoolMembership(pool.Name, MembershipSource.Registry, items), index, held);

    protected override void Failed(QueryOutcome outcome, string error) => listener.Failed(this, outcome, error);
}

/// <summary>Hears what the watch of a pool learns.</summary>
internal interface IPoolWatchListener
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
