namespace HashBalancer.Proxy;

/// <summary>Drops the answer of a try whose status asks for another one, when there is to be one.</summary>
/// <remarks>Made for each try, and only where the policy has statuses to retry on.</remarks>
internal class AnswerJudge(RetryDecider decider, Pool pool, NodeWalk walk, int tries, long start, bool repeatable) : IAnswerJudge
{
    private NodeWalk _walk = walk;

    public virtual CancellationToken Unwanted => CancellationToken.None;

    /// <summary>Whether the answer was dropped, for the request to be sent to <see cref="Successor"/>.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>The request's walk with what the judge took of it.</summary>
    public NodeWalk Walk => _walk;

    /// <summary>Where the request goes next, when its answer was dropped.</summary>
    public NodeSelection Successor { get; private set; }

    /// <summary>The request's pool.</summary>
    protected Pool Pool => pool;

    /// <summary>Tries begun, the one judged included.</summary>
    public int Tries { get; protected set; } = tries;

    public virtual ValueTask<bool> Takes(int status) => new(!Drops(status));

    /// <summary>Decides on an answer that no other can take the place of any more.</summary>
    protected bool Drops(int status)
    {
        if (!pool.Policy.Retry.Statuses.Contains(status))
            return false;
        RetryVerdict verdict = decider.Decide(pool, ref _walk, Tries, start, repeatable, out NodeSelection successor);
        pool.Runtime.Count(verdict);
        Successor = successor;
        return IsDropped = verdict == RetryVerdict.Retried;
    }

    /// <summary>Takes the next node for a second try beside this one.</summary>
    protected NodeSelection Next(NodeSelector selector) => selector.Next(ref _walk);
}
