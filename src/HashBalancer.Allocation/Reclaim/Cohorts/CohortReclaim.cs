using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>Which leases to take so that an incoming one fits, fairly (Kubernetes Kueue, fair-sharing preemption).</summary>
/// <remarks>
/// <para>Leases are taken from who borrows most, and only where the whole path up to the common cohort borrows. A pool that stays within
/// its quota takes regardless of shares; any other takes under the rules given. Victims that turn out not to be needed are put
/// back. Either everything needed is found, or nothing is taken.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class CohortReclaim
{
    private readonly CohortTree _tree;
    private readonly CohortNode _taker;
    private readonly ResourceVector _request;
    private readonly int[] _missing;
    private readonly List<Lease> _victims = [];

    private CohortReclaim(CohortTree tree, string pool, ResourceVector request)
    {
        _tree = tree;
        _taker = tree.Node(pool);
        _request = request;
        _missing = [.. Enumerable.Range(0, request.Resources.Count)
            .Where(r => request.Thousandths[r] > 0 && request.Thousandths[r] > _taker.Available(r))];
    }

    /// <summary>The leases to take, in the order found; empty when the incoming one fits anyhow or cannot be made to fit.</summary>
    /// <param name="tree">Quotas; it must count the use of every admitted lease, and is left as it was.</param>
    /// <param name="admitted">All leases held. Any order; it decides nothing.</param>
    /// <param name="incoming">What wants in.</param>
    /// <param name="rules">The rules in the order in which they are tried; null for S2-a, then S2-b.</param>
    public static IReadOnlyList<Lease> Victims(CohortTree tree, IReadOnlyList<Lease> admitted, Lease incoming, IReadOnlyList<FairShareRule>? rules = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(admitted);
        ArgumentNullException.ThrowIfNull(incoming);
        rules ??= [FairShareRule.AtMostFinalShare, FairShareRule.BelowInitialShare];
        if (tree.Fits(incoming.Pool, incoming.Request))
            return [];
        var reclaim = new CohortReclaim(tree, incoming.Pool, incoming.Request);
        return reclaim.Find(reclaim.Candidates(admitted, incoming), rules);
    }

    private List<Lease> Candidates(IReadOnlyList<Lease> admitted, Lease incoming) =>
        [.. admitted
            .Where(lease => _missing.Any(r => lease.Request.Thousandths[r] > 0) && MayTake(lease, incoming))
            .OrderBy(lease => lease.Pool == incoming.Pool)
            .ThenBy(lease => lease.Priority)
            .ThenByDescending(lease => lease.Since)
            .ThenBy(lease => lease.Name, StringComparer.Ordinal)];

    private bool MayTake(Lease lease, Lease incoming)
    {
        bool own = lease.Pool == incoming.Pool;
        CohortNode holder = _tree.Node(lease.Pool);
        if (!own && (holder.Root != _taker.Root || !_missing.Any(holder.Borrows)))
            return false;
        return (own ? _taker.Pool.WithinPool : _taker.Pool.FromOthers) switch
        {
            ReclaimFrom.Any => true,
            ReclaimFrom.LowerPriority => lease.Priority < incoming.Priority,
            _ => false,
        };
    }

    private List<Lease> Find(List<Lease> candidates, IReadOnlyList<FairShareRule> rules)
    {
        // Shares are compared as if the incoming lease were in.
        _tree.Add(_taker.Pool.Name, _request);
        List<Lease> refused = [];
        bool fits = candidates.Count > 0 && rules.Count > 0 && TryFirstRule(candidates, rules[0], refused);
        if (!fits && rules.Count > 1)
            fits = TryOncePerPool(refused);
        _tree.Remove(_taker.Pool.Name, _request);
        if (fits)
            PutBackWhatIsNotNeeded();
        foreach (Lease victim in _victims)
            _tree.Add(victim.Pool, victim.Request);
        return fits ? _victims : [];
    }

    private bool TryFirstRule(List<Lease> candidates, FairShareRule rule, List<Lease> refused)
    {
        bool withinQuota = !_missing.Any(_taker.Borrows);
        var order = new GiverOrder(_taker, candidates);
        while (order.Next() is { } giver)
        {
            if (giver == _taker || withinQuota)
            {
                if (Take(order.Pop(giver)))
                    return true;
                continue;
            }

            (CohortNode takerSide, CohortNode giverSide) = BelowCommonCohort(giver);
            BorrowedShare takerShare = takerSide.Share(), initial = giverSide.Share();
            while (order.HasLease(giver))
            {
                Lease lease = order.Pop(giver);
                _tree.Remove(giver.Pool.Name, lease.Request);
                BorrowedShare final = giverSide.Share();
                _tree.Add(giver.Pool.Name, lease.Request);
                bool allowed = rule == FairShareRule.AtMostFinalShare
                    ? BorrowedShare.Compare(takerShare, final) <= 0
                    : BorrowedShare.Compare(takerShare, initial) < 0;
                if (!allowed)
                {
                    refused.Add(lease);
                    continue;
                }

                if (Take(lease))
                    return true;

                // Shares have changed: another pool may borrow most now.
                break;
            }
        }

        return false;
    }

    private bool TryOncePerPool(List<Lease> candidates)
    {
        var order = new GiverOrder(_taker, candidates);
        while (order.Next() is { } giver)
        {
            (CohortNode takerSide, CohortNode giverSide) = BelowCommonCohort(giver);
            Lease lease = order.Pop(giver);
            if (BorrowedShare.Compare(takerSide.Share(), giverSide.Share()) < 0 && Take(lease))
                return true;
            order.Drop(giver);
        }

        return false;
    }

    /// <summary>Takes a lease; answers whether the incoming one fits now.</summary>
    private bool Take(Lease lease)
    {
        _tree.Remove(lease.Pool, lease.Request);
        _victims.Add(lease);
        _tree.Remove(_taker.Pool.Name, _request);
        bool fits = _tree.Fits(_taker.Pool.Name, _request);
        _tree.Add(_taker.Pool.Name, _request);
        return fits;
    }

    private void PutBackWhatIsNotNeeded()
    {
        for (int i = _victims.Count - 2; i >= 0; i--)
        {
            _tree.Add(_victims[i].Pool, _victims[i].Request);
            if (_tree.Fits(_taker.Pool.Name, _request))
                _victims.RemoveAt(i);
            else
                _tree.Remove(_victims[i].Pool, _victims[i].Request);
        }
    }

    /// <summary>The two nodes right below the lowest cohort that holds both pools.</summary>
    private (CohortNode Taker, CohortNode Giver) BelowCommonCohort(CohortNode giver)
    {
        HashSet<CohortNode> above = [.. _taker.Ancestors];
        CohortNode common = giver.Ancestors.First(above.Contains);
        return (Below(_taker), Below(giver));

        CohortNode Below(CohortNode node)
        {
            while (node.Parent != common)
                node = node.Parent!;
            return node;
        }
    }
}
