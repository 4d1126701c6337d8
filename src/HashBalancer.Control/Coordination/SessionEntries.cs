using HashBalancer.Consul;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>Entries of the registry that end with whoever keeps them: held under a session of their own, renewed with every write.</summary>
/// <remarks>For one caller at a time. What a dead gateway wrote is gone within the TTL, counted twice.</remarks>
internal sealed class SessionEntries(ConsulClient client, string name, TimeSpan ttl, TimeProvider time)
{
    private string? _session;

    /// <summary>Writes entries.</summary>
    /// <exception cref="ConsulException">The registry does not take them; the next write makes a new session if this one is gone.</exception>
    public async Task WriteAsync(IEnumerable<(string Key, byte[] Value)> entries, CancellationToken stop)
    {
        try
        {
            if (_session is null)
                _session = await client.Sessions.CreateAsync(Request(), stop);
            else
                await client.Sessions.RenewAsync(_session, stop);
            foreach ((string key, byte[] value) in entries)
                await client.Kv.AcquireAsync(key, value, _session, cancellation: stop);
        }
        catch (Exception e) when (e is ConsulNotFoundException or ConsulInvalidSessionException)
        {
            _session = null;
            throw;
        }
    }

    /// <summary>Ends the session, and with it the entries; best effort, bounded in time.</summary>
    public async Task EndAsync()
    {
        if (_session is null)
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await client.Sessions.DestroyAsync(_session, limit.Token);
        }
        catch (Exception e) when (e is ConsulException or OperationCanceledException)
        {
            // It ends by its TTL.
        }
    }

    private SessionRequest Request() => new()
    {
        Name = name,
        TTL = GoDuration.From(ttl).ToString(),
        Behavior = SessionBehavior.Delete,
        // Nobody else ever takes the keys.
        LockDelay = GoDuration.From(TimeSpan.FromMilliseconds(1)),
        NodeChecks = [],
    };
}
