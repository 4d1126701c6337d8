using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>A check as the agent keeps it, with its timers. Guarded by the state's lock.</summary>
internal sealed class AgentCheck(HealthCheck row, CheckPlan plan) : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>The check as agent/checks shows it.</summary>
    public HealthCheck Row { get; set; } = row;

    public CheckPlan Plan { get; } = plan;

    /// <summary>The uptime since which the check has been critical; null while it is not.</summary>
    public TimeSpan? CriticalSince { get; set; }

    /// <summary>The uptime at which a TTL check expires.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>What the last report of a TTL check said.</summary>
    public string LastReport { get; set; } = "";

    public ITimer? TtlTimer { get; set; }

    /// <summary>Runs while the catalog's copy of the output lags behind.</summary>
    public ITimer? OutputTimer { get; set; }

    /// <summary>Cancelled when the check is replaced or taken out.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public void Dispose()
    {
        TtlTimer?.Dispose();
        OutputTimer?.Dispose();
        // Not on this thread, which holds the state's lock. Not disposed either: a probe may be about to start.
        _ = _stopped.CancelAsync();
    }
}
