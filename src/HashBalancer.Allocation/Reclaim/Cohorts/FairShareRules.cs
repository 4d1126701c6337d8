namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>When a pool may take a lease from another (Kueue KEP-1714, rules S2-a and S2-b).</summary>
public enum FairShareRule
{
    /// <summary>S2-a: the taker's new share is at most the giver's share after the loss. The imbalance never changes sides.</summary>
    AtMostFinalShare,

    /// <summary>S2-b: the taker's new share is below the giver's share before the loss. At most once for a giver.</summary>
    BelowInitialShare,
}
