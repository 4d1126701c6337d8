namespace HashBalancer.Control;

/// <summary>What the control plane needs of the registry, and no more: the one seam between it and the Consul client.</summary>
internal interface IRegistrySource
{
    /// <summary>The instances of a pool's service.</summary>
    IRegistryFeed<InstanceReading> Instances(PoolDefinition pool);

    /// <summary>The names of all services with their tags.</summary>
    IRegistryFeed<ServiceTags> Services();
}

/// <summary>One question to the registry. For one watch at a time.</summary>
internal interface IRegistryFeed<T>
{
    /// <summary>The answers and failures from now until cancelled; never ends by itself.</summary>
    /// <remarks>Paces itself: it backs off after failures and limits how often it answers. Throws only on cancellation.</remarks>
    IAsyncEnumerable<RegistryEvent<T>> Watch(CancellationToken cancellation);

    /// <summary>Asks once, without waiting for a change: an answer straight from the registry's servers, or a failure.</summary>
    Task<RegistryEvent<T>> Read(CancellationToken cancellation);
}

/// <summary>What came of one query: an answer, or why there is none.</summary>
internal abstract record RegistryEvent<T>
{
    /// <summary>The registry answered.</summary>
    /// <param name="Entries">What it named.</param>
    /// <param name="Index">The registry's index of the answer.</param>
    /// <param name="IsDoubtful">Whether it comes from a registry that may have lost its memory or its leader, as far as the watch can tell.</param>
    internal sealed record Answer(IReadOnlyList<T> Entries, ulong Index, bool IsDoubtful) : RegistryEvent<T>;

    /// <summary>There is no usable answer.</summary>
    /// <param name="Outcome"><see cref="QueryOutcome.Refused"/> or <see cref="QueryOutcome.Failed"/>.</param>
    /// <param name="Error">Why, in words for an operator.</param>
    internal sealed record Failure(QueryOutcome Outcome, string Error) : RegistryEvent<T>;
}

/// <summary>A service as the catalog lists it.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Tags">The tags of all its instances, each once.</param>
internal sealed record ServiceTags(string Service, IReadOnlyList<string> Tags);
