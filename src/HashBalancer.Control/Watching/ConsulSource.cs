using System.Runtime.CompilerServices;
using HashBalancer.Consul;

namespace HashBalancer.Control;

/// <summary>Consul, or the embedded registry, as the source of what the control plane knows.</summary>
internal sealed class ConsulSource(ConsulClient client, TimeProvider time) : IRegistrySource
{
    public IRegistryFeed<InstanceReading> Instances(PoolDefinition pool)
    {
        ServiceAnswerReader reader = new(pool);
        return new Feed<InstanceReading>(
            (query, stop) => client.Health.ServiceAsync(pool.Service, reader.Read, query, pool.Tags, stop),
            (query, stop) => client.Health.ServiceAsync(pool.Service, new ServiceAnswerReader(pool).Read, query, pool.Tags, stop),
            pool.Datacenter,
            time);
    }

    public IRegistryFeed<ServiceTags> Services()
    {
        return new Feed<ServiceTags>(ReadAsync, ReadAsync, datacenter: null, time);

        async Task<QueryResult<IReadOnlyList<ServiceTags>>> ReadAsync(QueryOptions query, CancellationToken stop)
        {
            QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>> result = await client.Catalog.ServicesAsync(query, stop);
            IReadOnlyList<ServiceTags> services = [.. result.Value.Select(s => new ServiceTags(s.Key, s.Value ?? []))];
            return new(services, result.Index, result.KnownLeader, result.LastContact);
        }
    }

    private delegate Task<QueryResult<IReadOnlyList<T>>> Query<T>(QueryOptions options, CancellationToken cancellation);

    /// <param name="watched">Asks for the watch, one call after the other.</param>
    /// <param name="plain">Asks at any time.</param>
    /// <param name="datacenter">The datacenter asked; null: the client's.</param>
    /// <param name="time">The clock.</param>
    private sealed class Feed<T>(Query<T> watched, Query<T> plain, string? datacenter, TimeProvider time) : IRegistryFeed<T>
    {
        public async IAsyncEnumerable<RegistryEvent<T>> Watch([EnumeratorCancellation] CancellationToken cancellation)
        {
            WatchOptions options = new() { Datacenter = datacenter };
            await foreach (WatchEvent<IReadOnlyList<T>> next in ConsulWatch.RunAsync(
                (query, stop) => watched(query, stop), options, time, cancellation: cancellation))
            {
                yield return next switch
                {
                    WatchValue<IReadOnlyList<T>> value => new RegistryEvent<T>.Answer(value.Value, value.Result.Index, value.IsDoubtful),
                    WatchFailure<IReadOnlyList<T>> failure => FailureOf(failure.Error),
                    _ => throw new InvalidOperationException($"Unknown watch event {next.GetType()}."),
                };
            }
        }

        public async Task<RegistryEvent<T>> Read(CancellationToken cancellation)
        {
            try
            {
                // Not stale, whatever the client's default: a server that lost its leader must say so.
                QueryResult<IReadOnlyList<T>> result =
                    await plain(new QueryOptions { Datacenter = datacenter, Consistency = Consistency.Default }, cancellation);
                return new RegistryEvent<T>.Answer(result.Value, result.Index, IsDoubtful: result.KnownLeader == false);
            }
            catch (ConsulException e)
            {
                return FailureOf(e);
            }
        }

        /// <summary>A refusal comes from a registry that is there (4xx); a token file that cannot be read is no answer of it.</summary>
        private static RegistryEvent<T>.Failure FailureOf(ConsulException error) =>
            new(error is { Status: not null, IsConfiguration: true } or ConsulNotFoundException ? QueryOutcome.Refused : QueryOutcome.Failed, error.Message);
    }
}
