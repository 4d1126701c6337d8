namespace HashBalancer.Control;

/// <summary>How much key space may still move: a limit per plan and one per window of time.</summary>
/// <remarks>The window slides: what moved counts until it is a window old. One per pool; not thread-safe.</remarks>
internal sealed class ChurnBudget(double perPlan, double perWindow, TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, double Share)> _spent = [];

    /// <summary>What the next plan may move, as a part of the key space.</summary>
    public double Available(DateTimeOffset now)
    {
        while (_spent.TryPeek(out (DateTimeOffset At, double Share) oldest) && now - oldest.At >= window)
            _spent.Dequeue();
        return Math.Max(0, Math.Min(perPlan, perWindow - _spent.Sum(s => s.Share)));
    }

    /// <summary>Takes note of what a plan moves.</summary>
    public void Spend(DateTimeOffset now, double share)
    {
        if (share > 0)
            _spent.Enqueue((now, share));
    }
}
