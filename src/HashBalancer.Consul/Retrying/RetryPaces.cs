using Polly;
using Polly.Retry;

namespace HashBalancer.Consul;

/// <summary>How soon each kind of failure is tried again.</summary>
public sealed record RetryPaces
{
    /// <summary>No agent could be reached, or the connection broke. Default 200 ms to 2 s: trying is cheap, and coming back should be quick.</summary>
    public RetryPace Unreachable { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    /// <summary>The registry answered that it cannot (5xx, 429, no leader), too late, or with nonsense. Default 1 s to 30 s.</summary>
    public RetryPace ServerError { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Wrong configuration or missing rights (400, 401, 403, token file). Default 5 s to 1 minute.</summary>
    public RetryPace Configuration { get; init; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    /// <summary>A pipeline that repeats a call until it succeeds or is cancelled, each kind of failure at its own pace.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="jitter">The chance in delays; used by one call at a time.</param>
    /// <param name="retry">
    /// Which failures are repeated; null for all. Exceptions other than <see cref="ConsulException"/> never are.
    /// </param>
    /// <param name="onRetry">Told of each failure and of the delay before the next try, before that delay.</param>
    /// <remarks>A kind's delays start anew when a failure of another kind came between.</remarks>
    public ResiliencePipeline Build(
        TimeProvider time, Random jitter, Func<ConsulException, bool>? retry, Func<ConsulException, TimeSpan, CancellationToken, ValueTask> onRetry)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(jitter);
        ArgumentNullException.ThrowIfNull(onRetry);
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(On(e => e.IsConfiguration, Configuration))
            .AddRetry(On(e => !e.IsConfiguration && e is not ConsulUnreachableException, ServerError))
            .AddRetry(On(e => e is ConsulUnreachableException, Unreachable))
            .Build();

        RetryStrategyOptions On(Func<ConsulException, bool> kind, RetryPace pace) => new()
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = args =>
                ValueTask.FromResult(args.Outcome.Exception is ConsulException e && kind(e) && (retry is null || retry(e))),
            DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(pace.Delay(args.AttemptNumber, jitter.NextDouble())),
            OnRetry = args => onRetry((ConsulException)args.Outcome.Exception!, args.RetryDelay, args.Context.CancellationToken),
        };
    }

    /// <summary>The first fault, or null.</summary>
    internal string? Check() =>
        Unreachable.Check(nameof(Unreachable)) ?? ServerError.Check(nameof(ServerError)) ?? Configuration.Check(nameof(Configuration));
}
