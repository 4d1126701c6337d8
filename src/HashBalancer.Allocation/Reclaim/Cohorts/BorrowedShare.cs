namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>How much more than its quota a pool or cohort uses (Kubernetes Kueue, fair sharing).</summary>
/// <param name="Ratio">max over resources of borrowed × 1000 / lendable; 0 when nothing is borrowed.</param>
/// <param name="Weight">The pool's weight.</param>
/// <param name="DominantResource">The resource of the maximum, the first by name of equal ones; empty when nothing is borrowed.</param>
/// <param name="Borrowing">Whether any resource is used beyond the quota.</param>
public readonly record struct BorrowedShare(double Ratio, double Weight, string DominantResource, bool Borrowing)
{
    /// <summary>Ratio / weight; infinite for who borrows at weight 0.</summary>
    public double Weighted => Ratio == 0 ? 0 : Weight == 0 ? double.PositiveInfinity : Ratio / Weight;

    /// <summary>Thousandths of what can be lent, rounded up, divided by weight; null stands for infinity.</summary>
    public long? Rounded => double.IsPositiveInfinity(Weighted) ? null : Sizing.WholeNumber.Up(Weighted);

    /// <summary>The lower is served first, the higher gives first; two that borrow at weight 0 compare by ratio.</summary>
    public static int Compare(BorrowedShare a, BorrowedShare b) =>
        double.IsPositiveInfinity(a.Weighted) && double.IsPositiveInfinity(b.Weighted)
            ? Resources.Shares.Compare(a.Ratio, b.Ratio)
            : Resources.Shares.Compare(a.Weighted, b.Weighted);
}
