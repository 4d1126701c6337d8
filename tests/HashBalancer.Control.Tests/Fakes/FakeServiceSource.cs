using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control.Tests;

/// <summary>A registry that says what the test says, when the test says it.</summary>
internal sealed class FakeServiceSource : IServiceSource
{
    private readonly ConcurrentDictionary<string, Watched> _watches = new();
    private readonly ConcurrentQueue<ServiceEvent> _reads = new();
    private int _readCount;

    /// <summary>How many plain reads were made.</summary>
    public int Reads => Volatile.Read(ref _readCount);

    /// <summary>How many watches are open on a service.</summary>
    public int OpenOn(string service) => _watches.GetValueOrDefault(service)?.Open ?? 0;

    /// <summary>How many watches were ever opened on a service.</summary>
    public int OpenedOn(string service) => _watches.GetValueOrDefault(service)?.Opened ?? 0;

    /// <summary>What the next plain read gives; asking for more than was given is a fault of the test.</summary>
    public void NextRead(ServiceEvent given) => _reads.Enqueue(given);

    /// <summary>Gives the service's watch an event; ends when the watch has taken it whole and asks for the next.</summary>
    public async Task Give(string service, ServiceEvent given)
    {
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Of(service).Events.Writer.WriteAsync((given, taken));
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    public Task Answer(string service, ulong index, params ServiceEntry[] entries) => Give(service, Answered(index, entries));

    public Task Fail(string service, string error = "connection refused") => Give(service, new ServiceEvent.Failure(QueryOutcome.Failed, error));

    public static ServiceEvent Answered(ulong index, params ServiceEntry[] entries) => new ServiceEvent.Answer(Instance.Read(entries), index, IsDoubtful: false);

    public async IAsyncEnumerable<ServiceEvent> Watch(PoolDefinition pool, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Watched watched = Of(pool.Service);
        Interlocked.Increment(ref watched.Open);
        Interlocked.Increment(ref watched.Opened);
        try
        {
            await foreach ((ServiceEvent given, TaskCompletionSource taken) in watched.Events.Reader.ReadAllAsync(cancellation))
            {
                yield return given;
                taken.SetResult();
            }
        }
        finally
        {
            Interlocked.Decrement(ref watched.Open);
        }
    }

    public Task<ServiceEvent> Read(PoolDefinition pool, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _readCount);
        return _reads.TryDequeue(out ServiceEvent? next) ? Task.FromResult(next) : throw new InvalidOperationException("No plain read was expected.");
    }

    private Watched Of(string service) => _watches.GetOrAdd(service, static _ => new Watched());

    private sealed class Watched
    {
        public Channel<(ServiceEvent, TaskCompletionSource)> Events { get; } = Channel.CreateUnbounded<(ServiceEvent, TaskCompletionSource)>();
        public int Open;
        public int Opened;
    }
}
