namespace HashBalancer.Consul;

/// <summary>What a watch reports: a value or a failure.</summary>
/// <typeparam name="T">The body watched.</typeparam>
public abstract record WatchEvent<T>
{
    private protected WatchEvent() { }
}

/// <summary>The registry answered.</summary>
/// <typeparam name="T">The body watched.</typeparam>
/// <param name="Result">The answer. It may equal the one before: compare before acting on it.</param>
/// <param name="IsDoubtful">
/// Whether the answer comes from a registry that may have lost its memory or its leader: the index fell or is that of an empty store, or
/// no leader is known. Emptiness is then no proof that nothing is there: keep the last good set for a grace time.
/// </param>
public sealed record WatchValue<T>(QueryResult<T> Result, bool IsDoubtful) : WatchEvent<T>
{
    /// <summary>The body.</summary>
    public T Value => Result.Value;
}

/// <summary>The registry did not answer as asked; the watch goes on by itself.</summary>
/// <typeparam name="T">The body watched.</typeparam>
/// <param name="Error">What went wrong.</param>
/// <param name="Attempt">Failures in a row, from 1.</param>
/// <param name="RetryAfter">When the next try starts, counted from the failure.</param>
public sealed record WatchFailure<T>(ConsulException Error, int Attempt, TimeSpan RetryAfter) : WatchEvent<T>;
