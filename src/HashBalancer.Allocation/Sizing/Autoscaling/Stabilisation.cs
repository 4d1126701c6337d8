namespace HashBalancer.Allocation.Sizing.Autoscaling;

/// <summary>What was recommended some time ago.</summary>
/// <param name="Replicas">The recommendation.</param>
/// <param name="Age">How long ago.</param>
public sealed record Recommendation(int Replicas, TimeSpan Age);

/// <summary>Windows that keep a number from flapping (Kubernetes HorizontalPodAutoscaler, stabilizationWindowSeconds).</summary>
/// <param name="Up">A rise goes only as far as the lowest recommendation within this. Default none.</param>
/// <param name="Down">A fall goes only as far as the highest recommendation within this. Default 5 min.</param>
public sealed record StabilisationWindows(TimeSpan Up, TimeSpan Down)
{
    /// <summary>No window upwards, 5 minutes downwards.</summary>
    public static StabilisationWindows Default { get; } = new(TimeSpan.Zero, TimeSpan.FromMinutes(5));

    /// <summary>The number to have now.</summary>
    /// <param name="current">Replicas now.</param>
    /// <param name="desired">The present recommendation; it counts in both windows.</param>
    /// <param name="history">Earlier recommendations, any order.</param>
    public int Apply(int current, int desired, IReadOnlyList<Recommendation> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        int lowest = desired, highest = desired;
        foreach (Recommendation recommendation in history)
        {
            if (recommendation.Age < Up)
                lowest = Math.Min(lowest, recommendation.Replicas);
            if (recommendation.Age < Down)
                highest = Math.Max(highest, recommendation.Replicas);
        }

        if (current < lowest)
            return lowest;
        return current > highest ? highest : current;
    }
}
