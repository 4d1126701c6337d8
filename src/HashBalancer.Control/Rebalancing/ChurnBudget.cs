namespace HashBalancer.Control;

/// <summary>How much key space may still move: a limit per plan and one per window of time.</summary>
/// <remarks>The window slides: what moved counts until it is a window old. One per pool; not thread-safe.</remarks>
internal sealed class ChurnBudget(double perPlan, double perWindow, TimeSpan window)
{
    /// <summary>How many windows' budget a pool's first one has, in which unlike nodes are found out: what moves then would otherwise wait, out of balance, for
    /// the next (decision 0025).</summary>
    private const double FirstWindow = 2;

    private readonly Queue<(DateTimeOffset At, double Share)> _spent = [];
    private DateTimeOffset? _firstSpent;

    /// <summary>Whether nothing had moved before this budget began; set before anything is spent.</summary>
    public bool IsOfANewPool { get; set; }

    /// <summary>What the next plan may move, as a part of the key space.</summary>
    public double Available(DateTimeOffset now)
    {
        while (_spent.TryPeek(out (DateTimeOffset At, double Share) oldest) && now - oldest.At >= window)
            _spent.Dequeue();
        // Counted from the first move: a pool may be idle for long before it.
        bool isFirst = IsOfANewPool && !(now - _firstSpent >= window);
        return Math.Max(0, Math.Min(perPlan, (isFirst ? FirstWindow * perWindow : perWindow) - _spent.Sum(s => s.Share)));
    }

    /// <summary>Takes note of what a plan moves.</summary>
    public void Spend(DateTimeOffset now, double share)
    {
        if (share <= 0)
            return;
        _firstSpent ??= now;
        _spent.Enqueue((now, share));
    }
}
