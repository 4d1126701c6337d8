namespace HashBalancer.Proxy;

/// <summary>A pool's budget of retries: requests pay in a share of a retry each, time pays in some more, retries take one out.</summary>
/// <remarks>Thread-safe. While the budget is full, a request costs one read; only retries take the lock.</remarks>
internal sealed class RetryBudget
{
    /// <summary>A retry, in the unit of account: shares of a thousandth are exact.</summary>
    private const long Retry = 1000;

    /// <summary>What can be saved up: enough for the requests that a killed node had in flight, too little for a storm.</summary>
    private const long Full = 200 * Retry;

    private readonly Lock _withdrawing = new();
    private long _saved = Full / 4;
    private long _paidUntil;

    /// <summary>Counts a request.</summary>
    public void Deposit(double share)
    {
        if (Volatile.Read(ref _saved) < Full)
            Interlocked.Add(ref _saved, (long)(share * Retry));
    }

    /// <summary>Takes a retry out, if there is one.</summary>
    public bool TryWithdraw(RetryPolicy policy, TimeProvider time)
    {
        lock (_withdrawing)
        {
            long now = time.GetTimestamp();
            long pay = _paidUntil == 0 ? 0 : (long)(time.GetElapsedTime(_paidUntil, now).TotalSeconds * policy.BudgetPerSecond * Retry);
            if (_paidUntil == 0 || pay > 0)
            {
                _paidUntil = now;
                Interlocked.Add(ref _saved, Math.Clamp(Full - Volatile.Read(ref _saved), 0, pay));
            }

            // Deposits only add meanwhile, and no other withdrawal runs.
            if (Volatile.Read(ref _saved) < Retry)
                return false;
            Interlocked.Add(ref _saved, -Retry);
            return true;
        }
    }
}
