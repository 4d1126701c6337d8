using System.Threading.Channels;
using Polly;

namespace HashBalancer.Consul;

/// <summary>The loop behind one watch; writes its events to a channel.</summary>
internal sealed class WatchLoop<T>
{
    private readonly Func<QueryOptions, CancellationToken, Task<QueryResult<T>>> _query;
    private readonly WatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ChannelWriter<WatchEvent<T>> _events;
    private readonly ResiliencePipeline _retries;
    private readonly AnswerPace _pace;

    // What to wait on next; 0 reads plainly.
    private ulong _index;
    private ulong _lastIndex;
    private int _failuresInARow;

    public WatchLoop(
        Func<QueryOptions, CancellationToken, Task<QueryResult<T>>> query,
        WatchOptions options,
        TimeProvider time,
        Random jitter,
        ChannelWriter<WatchEvent<T>> events)
    {
        _query = query;
        _options = options;
        _time = time;
        _events = events;
        _pace = new AnswerPace(options.MinInterval, time);
        _retries = options.Retry.Build(time, jitter, null, ReportAsync);
    }

    /// <summary>Runs until cancelled; never throws, the channel carries the end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _pace.WaitAsync(cancellation);
                WatchValue<T> value = await _retries.ExecuteAsync(static (loop, stop) => loop.FetchAsync(stop), this, cancellation);
                await _events.WriteAsync(value, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _events.TryComplete();
        }
        catch (Exception e)
        {
            _events.TryComplete(e);
        }
    }

    private async ValueTask<WatchValue<T>> FetchAsync(CancellationToken cancellation)
    {
        ulong asked = _index;
        long started = _time.GetTimestamp();
        QueryResult<T> result = await AskAsync(asked, cancellation);
        bool doubtful = _failuresInARow > 0 && _lastIndex > 0;
        if (asked > 0 && (HasFallen(result.Index, asked) || result.KnownLeader == false))
        {
            // A plain read goes to the leader and says 403 or 500 where a waiting one may only turn empty.
            doubtful = true;
            result = await AskAsync(0, cancellation);
        }
        else if (asked > 0 && result.Index == asked && _time.GetElapsedTime(started) < _options.Wait / 2)
        {
            // The answer neither waited nor brought news: without a pause this would be a busy loop.
            await Task.Delay(_options.Retry.ServerError.First, _time, cancellation);
        }

        doubtful |= HasFallen(result.Index, _lastIndex) || result.KnownLeader == false;
        _failuresInARow = 0;
        _lastIndex = result.Index;
        _index = Math.Max(1, result.Index);
        return new WatchValue<T>(result, doubtful);
    }

    private bool HasFallen(ulong index, ulong from) => !_options.UnorderedIndex && index < from;

    private Task<QueryResult<T>> AskAsync(ulong index, CancellationToken cancellation) =>
        _query(
            new QueryOptions
            {
                Index = index,
                Wait = index > 0 ? _options.Wait : null,
                Consistency = _options.Consistency,
                Filter = _options.Filter,
                Datacenter = _options.Datacenter,
            },
            cancellation);

    private ValueTask ReportAsync(ConsulException error, TimeSpan delay, CancellationToken cancellation)
    {
        _index = 0;
        _failuresInARow++;
        return _events.WriteAsync(new WatchFailure<T>(error, _failuresInARow, delay), cancellation);
    }
}
