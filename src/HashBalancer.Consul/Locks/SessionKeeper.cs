using HashBalancer.Consul.Models;
using Polly;

namespace HashBalancer.Consul;

/// <summary>A session that is renewed until it ends.</summary>
/// <remarks>
/// The session counts as ended, here, one TTL after the start of the last renewal that succeeded. Consul counts from a later moment, so
/// that whoever holds a lock by this session stops believing in it before anybody else can have it.
/// </remarks>
internal sealed class SessionKeeper : IAsyncDisposable
{
    private static readonly TimeSpan DestroyTimeout = TimeSpan.FromSeconds(2);
    private readonly ConsulClient _client;
    private readonly LockOptions _options;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenSource _stop = new();
    private readonly ResiliencePipeline _retries;
    private readonly Task _renewing;
    private long _renewedAt;

    private SessionKeeper(ConsulClient client, LockOptions options, Random jitter, string id, long started)
    {
        _client = client;
        _options = options;
        Id = id;
        _renewedAt = started;
        _ended = new CancellationTokenSource(Remaining(), client.Time);
        TimeSpan third = options.Ttl / 3;
        RetryPaces paces = options.Retry with { ServerError = new RetryPace(TimeSpan.FromMilliseconds(500), third) };
        _retries = paces.Build(client.Time, jitter, e => e is not ConsulNotFoundException, (error, _, _) =>
        {
            options.OnFailure?.Invoke(error);
            return ValueTask.CompletedTask;
        });
        _renewing = RenewAsync();
    }

    public string Id { get; }

    /// <summary>Cancelled when the session has ended or must be taken for ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether the session is alive by the clock: right even when the process was asleep and no timer could run.</summary>
    public bool IsAlive => !_ended.IsCancellationRequested && Remaining() > TimeSpan.Zero;

    /// <summary>Start of the last renewal that succeeded, as a timestamp of the client's clock.</summary>
    internal long RenewedAt => Volatile.Read(ref _renewedAt);

    /// <summary>Makes a session and starts to renew it.</summary>
    public static async Task<SessionKeeper> StartAsync(ConsulClient client, LockOptions options, Random jitter, CancellationToken cancellation)
    {
        long started = client.Time.GetTimestamp();
        string id = await client.Sessions.CreateAsync(
            new SessionRequest
            {
                Name = options.SessionName,
                TTL = GoDuration.From(options.Ttl).ToString(),
                LockDelay = options.LockDelay,
                Behavior = SessionBehavior.Release,
                // Without serfHealth the session does not end with the agent's place in the gossip pool, which the holder cannot see.
                NodeChecks = [],
                ServiceChecks = options.Checks.Count == 0 ? null : [.. options.Checks.Select(id => new SessionServiceCheck { ID = id })],
            },
            cancellation);
        return new SessionKeeper(client, options, jitter, id, started);
    }

    /// <summary>Ends the session; best effort, bounded in time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        using (var limit = new CancellationTokenSource(DestroyTimeout, _client.Time))
        {
            try
            {
                await _client.Sessions.DestroyAsync(Id, limit.Token);
            }
            catch (Exception e) when (e is ConsulException or OperationCanceledException)
            {
                // Nobody renews it any more: it ends by its TTL.
            }
        }

        await _ended.CancelAsync();
        _ended.Dispose();
        _stop.Dispose();
    }

    private async Task RenewAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _ended.Token);
        try
        {
            while (true)
            {
                await Task.Delay(_options.Ttl / 3, _client.Time, either.Token);
                await _retries.ExecuteAsync(static (self, stop) => self.RenewOnceAsync(stop), this, either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop, or the time ran out.
        }
        catch (ConsulNotFoundException)
        {
            await _ended.CancelAsync();
        }
    }

    private async ValueTask RenewOnceAsync(CancellationToken cancellation)
    {
        long started = _client.Time.GetTimestamp();
        await _client.Sessions.RenewAsync(Id, cancellation);
        Volatile.Write(ref _renewedAt, started);
        _ended.CancelAfter(Remaining());
    }

    private TimeSpan Remaining()
    {
        TimeSpan left = _options.Ttl - _client.Time.GetElapsedTime(RenewedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
