using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Remembers the nodes of every pool in a file, so that a gateway that starts while the registry is down can serve.</summary>
/// <remarks>
/// Thread-safe. Remembering marks what changed and returns; one loop writes, at most once a second, the whole file each time. A
/// file that cannot be read, or was not written by this program, is told in one warning and ignored; so is a failure to write,
/// once until writing works again. Without a path all of it does nothing.
/// </remarks>
internal sealed class LastKnownGood : IDisposable
{
    // A rolling deployment changes a pool many times a second; what a restart finds may be a second old.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly string? _path;
    private readonly IFileStore _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    // Holds one mark at most: whoever takes it writes all that changed by then.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownPool> _pools = new(StringComparer.OrdinalIgnoreCase); // Guarded by _gate.
    private bool _touched; // Guarded by _gate.
    private bool _failing; // Of the loop alone.
    private Task _loop = Task.CompletedTask;

    public LastKnownGood(string? path, IFileStore files, TimeProvider time, ILogger logger)
    {
        _path = string.IsNullOrWhiteSpace(path) ? null : path;
        _files = files;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reads the file, keeps what it says of these pools, and begins to write.</summary>
    public async Task StartAsync(IReadOnlyCollection<PoolDefinition> pools, CancellationToken cancellation)
    {
        if (_path is null)
            return;
        foreach (KnownPool pool in await LoadAsync(_path, cancellation))
        {
            lock (_gate)
            {
                if (pools.Contains(pool.Definition))
                    _pools.TryAdd(pool.Definition.Name, pool);
            }
        }

        _loop = Task.Run(() => WriteChangesAsync(_path), CancellationToken.None);
    }

    /// <summary>What is known of a pool that asks the registry for this; null when nothing is.</summary>
    public KnownPool? Find(PoolDefinition definition)
    {
        lock (_gate)
            return _pools.TryGetValue(definition.Name, out KnownPool? pool) && pool.Definition == definition ? pool : null;
    }

    /// <summary>Takes note of the nodes that the registry gave a pool.</summary>
    public void Remember(PoolDefinition definition, IReadOnlyList<NodeRegistration> nodes, ulong index)
    {
        if (_path is null)
            return;
        lock (_gate)
        {
            KnownPool? before = _pools.GetValueOrDefault(definition.Name);
            _pools[definition.Name] = new KnownPool(definition, index, nodes);
            _touched = true;
            // A new index alone is written with the next change or at the end.
            if (before?.Definition == definition && before.Nodes.SequenceEqual(nodes))
                return;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Forgets a pool that is no longer configured.</summary>
    public void Forget(string pool)
    {
        lock (_gate)
        {
            if (!_pools.Remove(pool))
                return;
            _touched = true;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Writes what is not yet written and ends.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        bool touched;
        lock (_gate)
            touched = _touched;
        // A gateway that learned nothing leaves the file, and the time in it, as it was.
        if (_path is not null && touched)
            await WriteAsync(_path);
    }

    public void Dispose() => _stop.Dispose();

    private async Task<IReadOnlyList<KnownPool>> LoadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            if (await _files.ReadAsync(path, cancellation) is not { } contents)
                return [];
            (DateTimeOffset writtenAt, IReadOnlyList<KnownPool> pools) = LastKnownGoodFormat.Read(contents);
            _logger.LogInformation(
                "Read the nodes of {Count} pools from {Path}, written {WrittenAt:yyyy-MM-dd HH:mm:ss} UTC: they serve until the registry answers",
                pools.Count, path, writtenAt.UtcDateTime);
            return pools;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("The last-known-good file {Path} is ignored: {Reason}", path, e.Message);
            return [];
        }
    }

    private async Task WriteChangesAsync(string path)
    {
        try
        {
            while (true)
            {
                await _changed.Reader.ReadAsync(_stop.Token);
                await WriteAsync(path);
                await Task.Delay(_failing ? AfterFailure : BetweenWrites, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAsync(string path)
    {
        KnownPool[] pools;
        lock (_gate)
            pools = [.. _pools.Values];

        try
        {
            await _files.WriteAsync(path, LastKnownGoodFormat.Write(_time.GetUtcNow(), pools), CancellationToken.None);
            if (_failing)
                _logger.LogInformation("The last-known-good file {Path} is written again", path);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                _logger.LogWarning("The last-known-good file {Path} cannot be written, and is tried again: {Reason}", path, e.Message);
            _failing = true;
            _changed.Writer.TryWrite(true);
        }
    }
}
