namespace HashBalancer.Control;

/// <summary>What membership needs of the registry, and no more: the one seam between it and the Consul client.</summary>
internal interface IServiceSource
{
    /// <summary>The answers and failures for a pool's service, from now until cancelled; never ends by itself.</summary>
    /// <remarks>Paces itself: it backs off after failures and limits how often it answers. Throws only on cancellation.</remarks>
    IAsyncEnumerable<ServiceEvent> Watch(PoolDefinition pool, CancellationToken cancellation);

    /// <summary>Asks once, without waiting for a change: an answer straight from the registry's servers, or a failure.</summary>
    Task<ServiceEvent> Read(PoolDefinition pool, CancellationToken cancellation);
}

/// <summary>What came of one query: an answer, or why there is none.</summary>
internal abstract record ServiceEvent
{
    /// <summary>The registry answered.</summary>
    /// <param name="Instances">The service's instances.</param>
    /// <param name="Index">The registry's index of the answer.</param>
    /// <param name="IsDoubtful">Whether it comes from a registry that may have lost its memory or its leader, as far as the watch can tell.</param>
    internal sealed record Answer(IReadOnlyList<InstanceReading> Instances, ulong Index, bool IsDoubtful) : ServiceEvent;

    /// <summary>There is no usable answer.</summary>
    /// <param name="Outcome"><see cref="QueryOutcome.Refused"/> or <see cref="QueryOutcome.Failed"/>.</param>
    /// <param name="Error">Why, in words for an operator.</param>
    internal sealed record Failure(QueryOutcome Outcome, string Error) : ServiceEvent;
}
