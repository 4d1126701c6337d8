using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Remembers the nodes of every pool in a file, so that a gateway that starts while the registry is down can serve.</summary>
/// <remarks>
/// Thread-safe. Remembering marks what changed and returns; one loop writes, at most once a second, the whole file each time. A
/// file that cannot be read, or was not written by this program, is told in one warning and ignored; so is a failure to write,
/// once until writing works again. Without a path all of it does nothing.
/// </remarks>
internal sealed class LastKnownGood : IHostedService, IDisposable
{
    // A rolling deployment changes a pool many times a second; what a restart finds may be a second old.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly string? _path;
    private readonly IFileStore _files;
    private readonly TimeProvider _time;
    private readonly ILogger<LastKnownGood> _logger;
    // Holds one mark at most: whoever takes it writes all that changed by then.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    // Guarded by _gate.
    private readonly Dictionary<string, KnownPool> _pools = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, KnownPool> _read = new(StringComparer.OrdinalIgnoreCase); // Not asked for yet, and not to be written.
    private KnownAnnouncements? _announcements;
    private bool _touched;

    private bool _failing; // Of the loop alone.
    private Task _loop = Task.CompletedTask;

    public LastKnownGood(IFileStore files, TimeProvider time, IOptions<MembershipOptions> options, ILogger<LastKnownGood> logger)
    {
        _path = options.Value.LastKnownGoodFile;
        _files = files;
        _time = time;
        _logger = logger;
    }

    /// <summary>What services announced, as far as it is known.</summary>
    public KnownAnnouncements? Announcements
    {
        get
        {
            lock (_gate)
                return _announcements;
        }
    }

    /// <summary>Reads the file, and begins to write.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_path is null)
            return;
        if (await LoadAsync(_path, cancellationToken) is { } file)
        {
            lock (_gate)
            {
                foreach (KnownPool pool in file.Pools)
                    _read.TryAdd(pool.Definition.Name, pool);
                _announcements = file.Announcements;
            }
        }

        _loop = Task.Run(() => WriteChangesAsync(_path), CancellationToken.None);
    }

    /// <summary>What is known of a pool that asks the registry for this; null when nothing is. It stays in the file from now on.</summary>
    public KnownPool? Find(PoolDefinition definition)
    {
        lock (_gate)
        {
            if (_read.Remove(definition.Name, out KnownPool? read) && read.Definition == definition)
                _pools.TryAdd(definition.Name, read);
            return _pools.TryGetValue(definition.Name, out KnownPool? pool) && pool.Definition == definition ? pool : null;
        }
    }

    /// <summary>Takes note of what services announce.</summary>
    public void Remember(IReadOnlyList<ServiceAnnouncement> announcements, ulong index)
    {
        if (_path is null)
            return;
        lock (_gate)
        {
            KnownAnnouncements? before = _announcements;
            _announcements = new KnownAnnouncements(index, announcements);
            _touched = true;
            if (before is not null && before.Announcements.SequenceEqual(announcements))
                return;
        }

        _changed.Writer.TryWrite(true);
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
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
        bool touched;
        lock (_gate)
            touched = _touched;
        // A gateway that learned nothing leaves the file, and the time in it, as it was.
        if (_path is not null && touched)
            await WriteAsync(_path);
    }

    public void Dispose() => _stop.Dispose();

    private async Task<KnownFile?> LoadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            if (await _files.ReadAsync(path, cancellation) is not { } contents)
                return null;
            KnownFile file = LastKnownGoodFormat.Read(contents);
            _logger.LogInformation(new EventId(2010, "LastKnownGoodRead"),
                "Read the nodes of {Count} pools from {Path}, written {WrittenAt:yyyy-MM-dd HH:mm:ss} UTC: they serve until the registry answers",
                file.Pools.Count, path, file.WrittenAt.UtcDateTime);
            return file;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning(new EventId(2011, "LastKnownGoodIgnored"), "The last-known-good file {Path} is ignored: {Reason}", path, e.Message);
            return null;
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
        KnownAnnouncements? announcements;
        lock (_gate)
        {
            pools = [.. _pools.Values];
            announcements = _announcements;
        }

        try
        {
            await _files.WriteAsync(path, LastKnownGoodFormat.Write(_time.GetUtcNow(), pools, announcements), CancellationToken.None);
            if (_failing)
                _logger.LogInformation(new EventId(2012, "LastKnownGoodWritten"), "The last-known-good file {Path} is written again", path);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                _logger.LogWarning(new EventId(2013, "LastKnownGoodNotWritten"), "The last-known-good file {Path} cannot be written, and is tried again: {Reason}", path, e.Message);
            _failing = true;
            _changed.Writer.TryWrite(true);
        }
    }
}
