using System.Runtime.CompilerServices;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>Consul, or the embedded registry, as the source of membership.</summary>
internal sealed class ConsulServiceSource(ConsulClient client) : IServiceSource
{
    public async IAsyncEnumerable<ServiceEvent> Watch(PoolDefinition pool, [EnumeratorCancellation] CancellationToken cancellation)
    {
        WatchOptions options = new() { Datacenter = pool.Datacenter };
        await foreach (WatchEvent<IReadOnlyList<ServiceEntry>> next in client.WatchServiceAsync(pool.Service, options, pool.Tags, cancellation))
        {
            yield return next switch
            {
                WatchValue<IReadOnlyList<ServiceEntry>> value => new ServiceEvent.Answer(value.Value, value.Result.Index, value.IsDoubtful),
                WatchFailure<IReadOnlyList<ServiceEntry>> failure => FailureOf(failure.Error),
                _ => throw new InvalidOperationException($"Unknown watch event {next.GetType()}."),
            };
        }
    }

    public async Task<ServiceEvent> Read(PoolDefinition pool, CancellationToken cancellation)
    {
        try
        {
            // Not stale, whatever the client's default: a server that lost its leader must say so.
            QueryOptions query = new() { Datacenter = pool.Datacenter, Consistency = Consistency.Default };
            QueryResult<IReadOnlyList<ServiceEntry>> result = await client.Health.ServiceAsync(pool.Service, query, passing: false, pool.Tags, cancellation);
            return new ServiceEvent.Answer(result.Value, result.Index, IsDoubtful: result.KnownLeader == false);
        }
        catch (ConsulException e)
        {
            return FailureOf(e);
        }
    }

    /// <summary>A refusal comes from a registry that is there (4xx); a token file that cannot be read is no answer of it.</summary>
    private static ServiceEvent.Failure FailureOf(ConsulException error) =>
        new(error is { Status: not null, IsConfiguration: true } or ConsulNotFoundException ? QueryOutcome.Refused : QueryOutcome.Failed, error.Message);
}
