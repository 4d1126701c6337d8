using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>One client of a run: its two connections, and its patience.</summary>
/// <remarks>One exchange at a time.</remarks>
internal sealed class Worker(int port) : IDisposable
{
    private CancellationTokenSource _patience = new();

    /// <summary>Where damaged requests go, or whatever is asked of a damaged node.</summary>
    public ClientConnection? Damaged { get; set; }

    /// <summary>Where nothing but sound requests go.</summary>
    public ClientConnection? Sound { get; set; }

    /// <summary>Connections opened.</summary>
    public long Opened { get; private set; }

    public async ValueTask<ClientConnection> Connect()
    {
        var connection = new ClientConnection();
        try
        {
            await connection.Open(port, Patience(FuzzSettings.HangLimit));
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        Opened++;
        return connection;
    }

    /// <summary>A token that ends after so long; the one before ends to count.</summary>
    public CancellationToken Patience(TimeSpan limit)
    {
        if (!_patience.TryReset())
        {
            _patience.Dispose();
            _patience = new CancellationTokenSource();
        }

        _patience.CancelAfter(limit);
        return _patience.Token;
    }

    public void Dispose()
    {
        Damaged?.Dispose();
        Sound?.Dispose();
        _patience.Dispose();
    }
}
