using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control.Tests;

/// <summary>A registry that says what the test says, when the test says it.</summary>
internal sealed class FakeRegistrySource : IRegistrySource
{
    private readonly ConcurrentDictionary<string, FakeFeed<InstanceReading>> _instances = new();

    /// <summary>The list of services.</summary>
    public FakeFeed<ServiceTags> Catalog { get; } = new();

    /// <summary>The instances of a service.</summary>
    public FakeFeed<InstanceReading> Of(string service) => _instances.GetOrAdd(service, static _ => new FakeFeed<InstanceReading>());

    public Task Answer(string service, ulong index, params ServiceEntry[] entries) => Of(service).Give(Answered(index, entries));

    public Task Give(string service, RegistryEvent<InstanceReading> given) => Of(service).Give(given);

    public Task Fail(string service, string error = "connection refused") => Of(service).Give(new RegistryEvent<InstanceReading>.Failure(QueryOutcome.Failed, error));

    public static RegistryEvent<InstanceReading> Answered(ulong index, params ServiceEntry[] entries) =>
        new RegistryEvent<InstanceReading>.Answer(Instance.Read(entries), index, IsDoubtful: false);

    IRegistryFeed<InstanceReading> IRegistrySource.Instances(PoolDefinition pool) => Of(pool.Service);

    IRegistryFeed<ServiceTags> IRegistrySource.Services() => Catalog;
}

/// <summary>One question that the test answers.</summary>
internal sealed class FakeFeed<T> : IRegistryFeed<T>
{
    private readonly Channel<(RegistryEvent<T>, TaskCompletionSource)> _events = Channel.CreateUnbounded<(RegistryEvent<T>, TaskCompletionSource)>();
    private readonly ConcurrentQueue<RegistryEvent<T>> _reads = new();
    private int _readCount;
    private int _open;
    private int _opened;

    /// <summary>How many plain reads were made.</summary>
    public int Reads => Volatile.Read(ref _readCount);

    /// <summary>How many watches are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>How many watches were ever opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>What the next plain read gives; asking for more than was given is a fault.</summary>
    public void NextRead(RegistryEvent<T> given) => _reads.Enqueue(given);

    /// <summary>Gives the watch an event; ends when the watch has taken it whole and asks for the next.</summary>
    public async Task Give(RegistryEvent<T> given)
    {
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _events.Writer.WriteAsync((given, taken));
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    public async IAsyncEnumerable<RegistryEvent<T>> Watch([EnumeratorCancellation] CancellationToken cancellation)
    {
        Interlocked.Increment(ref _open);
        Interlocked.Increment(ref _opened);
        try
        {
            await foreach ((RegistryEvent<T> given, TaskCompletionSource taken) in _events.Reader.ReadAllAsync(cancellation))
            {
                yield return given;
                taken.SetResult();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public Task<RegistryEvent<T>> Read(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _readCount);
        return _reads.TryDequeue(out RegistryEvent<T>? next) ? Task.FromResult(next) : throw new InvalidOperationException("No plain read was expected.");
    }
}
