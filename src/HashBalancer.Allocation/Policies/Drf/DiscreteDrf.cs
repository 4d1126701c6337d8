using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>What happens when the next task of the most deserving pool does not fit.</summary>
public enum WhenBlocked
{
    /// <summary>Only that pool gets nothing more; the others go on, as real schedulers do.</summary>
    SkipPool,

    /// <summary>Everything ends, as in the paper's listing.</summary>
    Stop,
}

/// <summary>The outcome of a discrete DRF division.</summary>
/// <param name="Division">What every claim got.</param>
/// <param name="Sequence">The names of the claims in the order in which their tasks were launched, floors first.</param>
public sealed record DiscreteDrfDivision(DrfDivision Division, IReadOnlyList<string> Sequence);

/// <summary>
/// Dominant Resource Fairness with whole tasks: the pool with the lowest dominant share divided by weight launches next
/// (Ghodsi et al., NSDI 2011, algorithm 1). Ties go to the order of the claims.
/// </summary>
/// <remarks>O(tasks × log pools).</remarks>
public static class DiscreteDrf
{
    /// <summary>Launches floors in the order of the claims, then task by task.</summary>
    /// <param name="capacity">What there is.</param>
    /// <param name="claims">Their order breaks ties. Floors and ceilings count whole tasks.</param>
    /// <param name="whenBlocked">What a task that does not fit ends.</param>
    /// <exception cref="ArgumentException">As <see cref="DominantResourceFairness.Divide"/>, or a weight is 0.</exception>
    public static DiscreteDrfDivision Divide(ResourceVector capacity, IReadOnlyList<DrfClaim> claims, WhenBlocked whenBlocked = WhenBlocked.SkipPool)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(claims);
        var run = new Launches(capacity, claims);
        bool infeasible = run.LaunchFloors();
        run.LaunchRest(whenBlocked);
        return run.Result(infeasible);
    }

    private sealed class Launches
    {
        private readonly ResourceVector _capacity;
        private readonly IReadOnlyList<DrfClaim> _claims;
        private readonly long[] _free;
        private readonly int[] _tasks;
        private readonly List<string> _sequence = [];

        public Launches(ResourceVector capacity, IReadOnlyList<DrfClaim> claims)
        {
            _capacity = capacity;
            _claims = claims;
            _free = capacity.Thousandths.ToArray();
            _tasks = new int[claims.Count];
            foreach (DrfClaim claim in claims)
            {
                if (!(claim.Weight > 0 && claim.Floor >= 0 && claim.Ceiling >= claim.Floor) || claim.Demand.IsZero)
                    throw new ArgumentException($"Claim '{claim.Name}' needs a weight above 0, a floor of 0 or more, a ceiling not below it and a demand; it has weight {claim.Weight}, floor {claim.Floor}, ceiling {claim.Ceiling}, demand {claim.Demand}.", nameof(claims));
            }
        }

        public bool LaunchFloors()
        {
            bool infeasible = false;
            for (int i = 0; i < _claims.Count; i++)
            {
                while (_tasks[i] < _claims[i].Floor)
                {
                    if (TryLaunch(i))
                        continue;
                    infeasible = true;
                    break;
                }
            }

            return infeasible;
        }

        public void LaunchRest(WhenBlocked whenBlocked)
        {
            // Shares of one claim only grow, so a queue ordered by the share at insertion never holds a stale entry.
            var queue = new PriorityQueue<int, (double Share, int Index)>(Comparer<(double Share, int Index)>.Create(static (a, b) =>
                Shares.Compare(a.Share, b.Share) is not 0 and int order ? order : a.Index.CompareTo(b.Index)));
            double[] steps = new double[_claims.Count];
            for (int i = 0; i < _claims.Count; i++)
            {
                steps[i] = _claims[i].Demand.DominantShareOf(_capacity, out _) / _claims[i].Weight;
                if (_tasks[i] < _claims[i].Ceiling)
                    queue.Enqueue(i, (_tasks[i] == 0 ? 0 : _tasks[i] * steps[i], i));
            }

            while (queue.TryDequeue(out int next, out _))
            {
                if (TryLaunch(next))
                {
                    if (_tasks[next] < _claims[next].Ceiling)
                        queue.Enqueue(next, (_tasks[next] * steps[next], next));
                }
                else if (whenBlocked == WhenBlocked.Stop)
                {
                    return;
                }
            }
        }

        public DiscreteDrfDivision Result(bool infeasible)
        {
            ResourceSet set = _capacity.Resources;
            var shares = new DrfShare[_claims.Count];
            for (int i = 0; i < shares.Length; i++)
            {
                double step = _claims[i].Demand.DominantShareOf(_capacity, out int dominant);
                shares[i] = new DrfShare(_claims[i].Name, _tasks[i], _tasks[i] == 0 ? 0 : _tasks[i] * step, set.Names[dominant]);
            }

            double[] used = [.. _free.Select((free, r) => (double)(_capacity.Thousandths[r] - free) / Quantity.Scale)];
            string[] usedUp = [.. set.Names.Where((_, r) => _free[r] == 0)];
            return new DiscreteDrfDivision(new DrfDivision(shares, used, usedUp, infeasible), _sequence);
        }

        private bool TryLaunch(int claim)
        {
            ReadOnlySpan<long> demand = _claims[claim].Demand.Thousandths;
            for (int r = 0; r < _free.Length; r++)
            {
                if (demand[r] > _free[r])
                    return false;
            }

            for (int r = 0; r < _free.Length; r++)
                _free[r] -= demand[r];
            _tasks[claim]++;
            _sequence.Add(_claims[claim].Name);
            return true;
        }
    }
}
