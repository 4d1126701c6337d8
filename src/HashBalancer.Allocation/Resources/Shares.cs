namespace HashBalancer.Allocation.Resources;

/// <summary>How shares, which are quotients and therefore rounded, are compared.</summary>
/// <remarks>
/// Two shares are equal when they differ by at most 10^-12 of the smaller: the few divisions behind a share err by less than
/// 10^-15, and different quotients of amounts below a million differ by more than 10^-12. Without the rule 3 × 0.1 and 0.3
/// would decide between two pools that are level.
/// </remarks>
internal static class Shares
{
    public const double Tolerance = 1e-12;

    public static int Compare(double a, double b)
    {
        if (a == b || Math.Abs(a - b) <= Tolerance * Math.Min(Math.Abs(a), Math.Abs(b)))
            return 0;
        return a < b ? -1 : 1;
    }
}
