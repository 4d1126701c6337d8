using System.Runtime.CompilerServices;
using System.Threading.Channels;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>Follows an answer of the registry by blocking queries.</summary>
/// <remarks>
/// A watch starts with a plain read, since a first blocking read may lag behind it, and then waits on each answer's index. An index that
/// falls, an unknown leader and any failure make it read plainly again: waiting on an index of an earlier life would sleep through
/// changes. It ends only by cancellation; a failure is an event, after which it goes on by itself.
/// </remarks>
public static class ConsulWatch
{
    /// <summary>Follows any read that can block.</summary>
    /// <typeparam name="T">The body watched.</typeparam>
    /// <param name="query">Makes one read with the options given to it; its exceptions other than <see cref="ConsulException"/> end the watch.</param>
    /// <param name="options">How to ask and how to come back; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="jitter">The chance in delays; null for a generator seeded by the clock.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <returns>The events, to be read by one reader. While the reader is busy with one, at most one more is waiting.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IAsyncEnumerable<WatchEvent<T>> RunAsync<T>(
        Func<QueryOptions, CancellationToken, Task<QueryResult<T>>> query,
        WatchOptions? options = null,
        TimeProvider? time = null,
        Random? jitter = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        options ??= new WatchOptions();
        if (options.Check() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        time ??= TimeProvider.System;
        jitter ??= new Random(unchecked((int)time.GetTimestamp()));
        return EnumerateAsync(query, options, time, jitter, cancellation);
    }

    /// <summary>Follows the instances of a service, those that do not pass included.</summary>
    /// <param name="client">The client.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="options">How to ask and how to come back; null for the defaults.</param>
    /// <param name="tags">Tags that all must be there.</param>
    /// <param name="cancellation">Ends the watch.</param>
    public static IAsyncEnumerable<WatchEvent<IReadOnlyList<ServiceEntry>>> WatchServiceAsync(
        this ConsulClient client,
        string service,
        WatchOptions? options = null,
        IReadOnlyList<string>? tags = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return RunAsync(
            (query, stop) => client.Health.ServiceAsync(service, query, passing: false, tags, stop), options, client.Time, null, cancellation);
    }

    private static async IAsyncEnumerable<WatchEvent<T>> EnumerateAsync<T>(
        Func<QueryOptions, CancellationToken, Task<QueryResult<T>>> query,
        WatchOptions options,
        TimeProvider time,
        Random jitter,
        CancellationToken outer,
        [EnumeratorCancellation] CancellationToken inner = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(outer, inner);
        var events = Channel.CreateBounded<WatchEvent<T>>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        Task loop = new WatchLoop<T>(query, options, time, jitter, events.Writer).RunAsync(stop.Token);
        try
        {
            await foreach (WatchEvent<T> next in events.Reader.ReadAllAsync(stop.Token))
                yield return next;
        }
        finally
        {
            await stop.CancelAsync();
            // The loop reports its end through the channel and never throws by itself.
            await loop;
        }
    }
}
