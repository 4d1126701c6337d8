using Microsoft.Extensions.Logging;

namespace HashBalancer.Registry;

/// <summary>Saves the state about every second in which it changed, and when the registry stops.</summary>
internal sealed class SnapshotKeeper(RegistryState state, string path, ILogger<SnapshotKeeper> logger) : IAsyncDisposable
{
    /// <summary>What a crash can lose.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private ulong _savedIndex;
    private bool _failing;
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Stops, saving what changed last.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        SaveIfChanged();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, state.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                SaveIfChanged();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped: the last save follows.
        }
    }

    private void SaveIfChanged()
    {
        if (state.Read(() => state.Index) == _savedIndex)
            return;
        SnapshotDocument document = SnapshotState.Take(state);
        try
        {
            SnapshotFile.Write(path, document);
            _savedIndex = document.Index;
            if (_failing)
                logger.LogInformation(new EventId(3010, "SnapshotsWritten"), "Snapshots are written to {Path} again", path);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Said once, tried again every time.
            if (!_failing)
                logger.LogWarning(new EventId(3011, "SnapshotNotWritten"), e, "The snapshot cannot be written to {Path}: a restart would lose what changed since the last one", path);
            _failing = true;
        }
    }
}
