using System.Globalization;
using System.Text;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Lets the others see within seconds that a leader is gone: it writes a beat every second, and who misses beats ends its session.</summary>
/// <remarks>
/// <para>Consul itself ends a session up to two TTLs, 20 s and more, after its holder's last word. A check of a service would be quicker, but a gateway that
/// registers itself as a service is one more thing to be permitted and cleaned up after.</para>
/// <para>A leader that lives, but was cut off or slept, loses its session by this as by any other cause: what it writes is refused, as every
/// write names the session. Whoever ends a session has heard the registry answer all the while: a registry that is away is no leader's fault.</para>
/// </remarks>
internal sealed class LeaderPulse(ConsulClient client, CoordinationKeys keys, TimeProvider time, ILogger<LeaderPulse> logger)
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>Three beats missed, and half a second for a machine that is busy: with the lock-delay the next one leads some 5 s after the last sign of life.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3.5);

    /// <summary>Beats until the term is over.</summary>
    public async Task BeatAsync(ConsulLock term, CancellationToken over)
    {
        using var timer = new PeriodicTimer(BeatInterval, time);
        for (long beat = 0; ; beat++)
        {
            try
            {
                await client.Kv.PutAsync(keys.Pulse, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{term.SessionId} {beat}")), cancellation: over);
            }
            catch (ConsulException e)
            {
                logger.LogDebug("No beat: {Reason}", e.Message);
            }

            await timer.WaitForNextTickAsync(over);
        }
    }

    /// <summary>Watches the leader's beats until cancelled, while this gateway does not lead itself.</summary>
    public async Task WatchAsync(Func<bool> isLeader, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(BeatInterval / 2, time);
        string? last = null;
        long seen = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                string? beat = isLeader() ? null : await ReadAsync(stop);
                if (beat is null || beat != last)
                {
                    (last, seen) = (beat, time.GetTimestamp());
                }
                else if (time.GetElapsedTime(seen) >= Patience)
                {
                    await DeposeAsync(beat[..beat.IndexOf(' ')], stop);
                    seen = time.GetTimestamp();
                }
            }
            catch (ConsulException e)
            {
                // Who does not hear the registry knows nothing of the leader.
                seen = time.GetTimestamp();
                logger.LogDebug("The leader's beats are not heard: {Reason}", e.Message);
            }
        }
    }

    private async Task<string?> ReadAsync(CancellationToken stop)
    {
        KVPair? entry = (await client.Kv.GetAsync(keys.Pulse, cancellation: stop)).Value;
        string? beat = entry?.Value is { Length: > 0 and < 100 } value ? Encoding.ASCII.GetString(value) : null;
        return beat?.IndexOf(' ') > 0 ? beat : null;
    }

    /// <summary>Ends a session if it still holds the leader's key.</summary>
    private async Task DeposeAsync(string session, CancellationToken stop)
    {
        KVPair? leader = (await client.Kv.GetAsync(keys.Leader, cancellation: stop)).Value;
        if (leader?.Session != session)
            return;
        logger.LogWarning("The leader, {Name}, has been silent for {Patience}: its session is ended, and another gateway leads", ForeignText.Shown(Encoding.UTF8.GetString(leader.Value ?? [])), Patience);
        await client.Sessions.DestroyAsync(session, stop);
    }
}
