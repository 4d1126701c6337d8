namespace HashBalancer.LoadTests.Steps;

/// <summary>What is left of a step's time.</summary>
internal static class StepTime
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>From now until the timeout that counts from the step's intended start; 1 ms at least.</summary>
    public static TimeSpan Left(StepContext context, long begin) =>
        TimeSpan.FromMilliseconds(Math.Max(1, context.Timeout.TotalMilliseconds - (context.Clock.Now - begin) / NanosecondsPerMillisecond));
}
