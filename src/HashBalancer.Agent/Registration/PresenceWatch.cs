using HashBalancer.Consul;

namespace HashBalancer.Agent;

/// <summary>Notices at once, not only with the next report, that the registry went away or lost the instance.</summary>
internal sealed class PresenceWatch(ConsulClient client, string serviceId, TimeProvider time)
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    // A registry that answers sooner although nothing changed does not wait, and must not be asked in a loop.
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);

    /// <summary>Ends when the instance may be gone; never where the registry cannot be watched in this way.</summary>
    public async Task UntilDoubtAsync(CancellationToken cancellation)
    {
        try
        {
            string? hash = null;
            while (true)
            {
                long started = time.GetTimestamp();
                QueryResult<Consul.Models.AgentService> seen =
                    await client.Agent.ServiceAsync(serviceId, new QueryOptions { Hash = hash, Wait = hash is null ? null : Wait }, cancellation);
                bool waited = hash is null || seen.ContentHash != hash || time.GetElapsedTime(started) >= LeastWait;
                hash = seen.ContentHash;
                if (hash is null || !waited)
                    break;
            }
        }
        catch (ConsulException e) when (e is ConsulUnreachableException or ConsulTimeoutException or ConsulNotFoundException)
        {
            return;
        }
        catch (ConsulException)
        {
            // No right to look, or no such endpoint: the reports alone have to notice.
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
    }
}
