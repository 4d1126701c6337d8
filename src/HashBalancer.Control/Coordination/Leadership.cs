using System.Diagnostics.Metrics;
using System.Text;
using HashBalancer.Consul;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Takes part in the election of one leader among the gateways that share a registry.</summary>
/// <remarks>
/// Thread-safe. The leader is who holds a key of the registry under a session. Without a registry nobody leads, and nothing that
/// serves requests depends on a leader.
/// </remarks>
public sealed class Leadership : BackgroundService
{
    private readonly LeaderElection _election;
    private readonly RebalancingLoop _rebalancing;
    private readonly AllocationLoop _allocation;
    private readonly LeaderPulse _pulse;
    private readonly ILogger<Leadership> _logger;

    internal Leadership(
        ConsulClient client, RebalancingLoop rebalancing, AllocationLoop allocation, LeaderPulse pulse, IOptions<CoordinationOptions> options, IMeterFactory meters, ILogger<Leadership> logger)
    {
        _rebalancing = rebalancing;
        _allocation = allocation;
        _pulse = pulse;
        _logger = logger;
        Name = options.Value.GatewayName;
        _election = new LeaderElection(client, options.Value.LeaderKey, new LockOptions
        {
            SessionName = $"hashbalancer gateway {Name}",
            Value = Encoding.UTF8.GetBytes(Name),
            Ttl = options.Value.SessionTtl,
            LockDelay = options.Value.LockDelay,
        });
        Meter meter = meters.Create(ControlTelemetry.MeterName);
        meter.CreateObservableGauge("hashbalancer.leader", () => IsLeader ? 1 : 0, unit: null, "Whether this gateway is the leader: 1 or 0.");
        meter.CreateObservableGauge("hashbalancer.leader.known", () => IsLeader || Leader is not null ? 1 : 0, unit: null, "Whether this gateway sees that one leads: 1 or 0.");
    }

    /// <summary>This gateway's name among the others.</summary>
    public string Name { get; }

    /// <summary>Whether this gateway leads at this moment.</summary>
    public bool IsLeader => _election.IsLeader;

    /// <summary>The leader's name as last seen; null while there is none or none was seen yet.</summary>
    public string? Leader => _election.Leader;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(_election.RunAsync(LeadAsync, stoppingToken), _pulse.WatchAsync(() => IsLeader, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The key was given back.
        }
    }

    private async Task LeadAsync(ConsulLock term, CancellationToken over)
    {
        _logger.LogInformation(new EventId(2040, "Leads"), "This gateway, {Name}, leads", Name);
        try
        {
            await Task.WhenAll(_rebalancing.RunAsync(term, over), _allocation.RunAsync(term, Name, over), _pulse.BeatAsync(term, over));
        }
        finally
        {
            _logger.LogInformation(new EventId(2041, "LeadsNoMore"), "This gateway, {Name}, leads no more", Name);
        }
    }
}
