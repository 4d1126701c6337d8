using System.Runtime.CompilerServices;
using HashBalancer.Consul;

namespace HashBalancer.Control;

/// <summary>Consul, or the embedded registry, as the source of membership.</summary>
internal sealed class ConsulServiceSource(ConsulClient client, TimeProvider time) : IServiceSource
{
    public async IAsyncEnumerable<ServiceEvent> Watch(PoolDefinition pool, [EnumeratorCancellation] CancellationToken cancellation)
    {
        WatchOptions options = new() { Datacenter = pool.Datacenter };
        ServiceAnswerReader reader = new(pool);
        await foreach (WatchEvent<IReadOnlyList<InstanceReading>> next in ConsulWatch.RunAsync(
            (query, stop) => client.Health.ServiceAsync(pool.Service, reader.Read, query, pool.Tags, stop), options, time, cancellation: cancellation))
        {
            yield return next switch
            {
                WatchValue<IReadOnlyList<InstanceReading>> value => new ServiceEvent.Answer(value.Value, value.Result.Index, value.IsDoubtful),
                WatchFailure<IReadOnlyList<InstanceReading>> failure => FailureOf(failure.Error),
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
            QueryResult<IReadOnlyList<InstanceReading>> result =
                await client.Health.ServiceAsync(pool.Service, new ServiceAnswerReader(pool).Read, query, pool.Tags, cancellation);
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
