using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>Writes a line for every request, on a thread of the pool: a request hands its line over and goes on.</summary>
/// <remarks>Thread-safe. When lines come faster than they can be written, those that find the queue full are dropped and counted; so are those that the
/// file does not take.</remarks>
internal sealed partial class AccessLog : BackgroundService
{
    private const int MostBytesAtOnce = 64 * 1024;

    private readonly AccessLine _line;
    private readonly Channel<AccessEntry> _queue;
    private readonly RollingFile? _file;
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly ILogger<AccessLog> _logger;
    private readonly string[] _headers;
    private long _written;
    private long _dropped;
    private bool _failing;

    public AccessLog(AccessLogOptions options, IMeterFactory meters, TimeProvider time, ILogger<AccessLog> logger, TextWriter output)
    {
        _line = new AccessLine(options);
        _headers = _line.Headers;
        _queue = Channel.CreateBounded<AccessEntry>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _file = options.File is { } file ? new RollingFile(file, options.MaxFileBytes, options.KeepFiles) : null;
        _output = output;
        _time = time;
        _logger = logger;
        Meter meter = meters.Create("HashBalancer.Gateway");
        meter.CreateObservableCounter("hashbalancer.access_log.lines", Lines, "{line}", "Lines of the access log, by what became of them: written, dropped.");
    }

    /// <summary>Lines that were not written.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Serves a request and hands its line over.</summary>
    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        DateTimeOffset at = _time.GetUtcNow();
        long begun = _time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Add(AccessEntry.Of(context, at, _time.GetElapsedTime(begun), _headers));
        }
    }

    /// <summary>Hands a line over; it is dropped when too many wait.</summary>
    public void Add(AccessEntry entry)
    {
        if (!_queue.Writer.TryWrite(entry))
            Interlocked.Increment(ref _dropped);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was handed over is written; the requests have ended by now.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } writing)
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
        _file?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whoever starts it must not be held up by lines that wait.
        await Task.Yield();
        var bytes = new ArrayBufferWriter<byte>(MostBytesAtOnce);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            long lines = 0;
            while (bytes.WrittenCount < MostBytesAtOnce && _queue.Reader.TryRead(out AccessEntry? entry))
            {
                Encoding.UTF8.GetBytes(_line.Of(entry), bytes);
                lines++;
            }

            Write(bytes.WrittenSpan, lines);
            bytes.ResetWrittenCount();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes, long lines)
    {
        try
        {
            if (_file is not null)
            {
                _file.Write(bytes);
            }
            else
            {
                _output.Write(Encoding.UTF8.GetString(bytes));
                _output.Flush();
            }

            Interlocked.Add(ref _written, lines);
            if (_failing)
                WrittenAgain(_logger);
            _failing = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref _dropped, lines);
            if (!_failing)
                CannotWrite(_logger, error.Message);
            _failing = true;
        }
    }

    private IEnumerable<Measurement<long>> Lines() =>
    [
        new(Interlocked.Read(ref _written), new KeyValuePair<string, object?>("result", "written")),
        new(Dropped, new KeyValuePair<string, object?>("result", "dropped")),
    ];

    [LoggerMessage(EventId = 4200, EventName = "AccessLogFailing", Level = LogLevel.Warning, Message = "The access log cannot be written, and lines are dropped: {Reason}")]
    private static partial void CannotWrite(ILogger logger, string reason);

    [LoggerMessage(EventId = 4201, EventName = "AccessLogRecovered", Level = LogLevel.Information, Message = "The access log is written again")]
    private static partial void WrittenAgain(ILogger logger);
}
