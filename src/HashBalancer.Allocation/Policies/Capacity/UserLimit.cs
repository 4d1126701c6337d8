namespace HashBalancer.Allocation.Policies.Capacity;

/// <summary>How much one user of a pool may hold (Hadoop CapacityScheduler, minimum-user-limit-percent and user-limit-factor).</summary>
public static class UserLimit
{
    /// <summary>max(current / active users, current × percent / 100), at most capacity × factor, with current = max(capacity, used).</summary>
    /// <param name="poolCapacity">The pool's guarantee, 0 or more.</param>
    /// <param name="poolUsed">What its users hold together.</param>
    /// <param name="activeUsers">Users with something to run, 1 or more.</param>
    /// <param name="minimumPercent">Above 0, to 100: below this many users' parts a user is not squeezed.</param>
    /// <param name="factor">Above 0: how many times the guarantee one user may hold. Default 1.</param>
    public static double Of(double poolCapacity, double poolUsed, int activeUsers, double minimumPercent = 100, double factor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(poolCapacity);
        ArgumentOutOfRangeException.ThrowIfNegative(poolUsed);
        ArgumentOutOfRangeException.ThrowIfLessThan(activeUsers, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minimumPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimumPercent, 100);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        double current = Math.Max(poolCapacity, poolUsed);
        return Math.Min(Math.Max(current / activeUsers, current * minimumPercent / 100), poolCapacity * factor);
    }
}
