using System.Text.Json;
using System.Threading.Channels;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent;

/// <summary>Manages one node of a fleet: registers it with what it has, obeys its lease, and says how it gets on.</summary>
/// <remarks>
/// One run for each object. Only a lease that says so ends what runs: a registry that is lost or has forgotten the lease changes nothing. What runs
/// ends with the agent, however that ends, where there is a /proc.
/// </remarks>
public sealed partial class FleetAgent
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly FleetAgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile NodeLease? _lease;
    private volatile LeasedWorkload? _workload;
    private NodeReport? _told;
    private long _toldAt;

    /// <summary>Prepares the run.</summary>
    /// <param name="options">The node and what it can run.</param>
    /// <param name="logger">Told of every change of state.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message lists every fault.</exception>
    public FleetAgent(FleetAgentOptions options, ILogger<FleetAgent> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        _options = options;
        _logger = logger;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Runs until cancelled, or told to stop by SIGTERM or SIGINT; what runs on the node is drained and stopped then.</summary>
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        using var stop = new StopRequest(cancellation);
        using var guard = OrphanGuard.Start();
        if (guard.Missing is { } missing)
            LogUnguarded(missing);
        using var client = new ConsulClient(_options.Consul, time: _time);
        string host = _options.Address ?? EndpointDiscovery.Find(new AgentOptions { Port = 1 }, ["http://*:1"], client.CurrentAddress).Host;
        if (host.Length == 0)
            host = "127.0.0.1";
        var registrar = new ServiceRegistrar(
            client, Registration(host), _ => ValueTask.FromResult(new Heartbeat(CheckStatus.Passing, _workload?.Report.State.ToString() ?? "Idle")),
            _time, new Random(unchecked((int)_time.GetTimestamp())), _logger);
        using var over = new CancellationTokenSource();
        Task living = Task.WhenAll(registrar.RunAsync(over.Token), FollowLeaseAsync(client, over.Token), ReportAsync(client, over.Token));
        try
        {
            await ObeyAsync(client, host, guard, stop.Requested);
        }
        finally
        {
            await over.CancelAsync();
            await living.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var limit = new CancellationTokenSource(Farewell, _time);
            await registrar.DeregisterAsync(limit.Token);
        }
    }

    private AgentServiceRegistration Registration(string host)
    {
        Dictionary<string, string> meta = new(StringComparer.Ordinal);
        if (_options.Zone is not null)
            meta["zone"] = _options.Zone;
        foreach ((string resource, double amount) in _options.Capacity)
            meta[RegistrationBuilder.CapacityPrefix + resource] = amount.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        foreach ((string label, string value) in _options.Labels)
            meta[$"label-{label}"] = value;
        return new AgentServiceRegistration
        {
            ID = _options.Node,
            Name = _options.FleetService,
            Address = host,
            Meta = meta,
            Checks =
            [
                new AgentServiceCheck
                {
                    CheckID = $"service:{_options.Node}", Name = "Heartbeat", TTL = _options.Ttl, Status = CheckStatus.Passing,
                    DeregisterCriticalServiceAfter = TimeSpan.FromMinutes(10),
                },
            ],
        };
    }

    private async Task FollowLeaseAsync(ConsulClient client, CancellationToken stop)
    {
        string key = $"{_options.Folder}fleet/leases/{_options.Node}";
        await foreach (WatchEvent<KVPair?> seen in ConsulWatch.RunAsync((query, token) => client.Kv.GetAsync(key, query, token), time: _time, cancellation: stop))
        {
            if (seen is not WatchValue<KVPair?> { Value: { } entry } || Read(entry) is not { } lease)
                continue;
            _lease = lease;
            Wake();
        }
    }

    private NodeLease? Read(KVPair entry)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value, FleetWireJson.Default.WireLease) is { Format: 1, Lease: { } lease } && lease.Node == _options.Node
                && (lease.Pool is null || lease is { Service.Length: > 0, Instance.Length: > 0 }) ? lease : null;
        }
        catch (JsonException e)
        {
            LogUnread(entry.Key, e.Message);
            return null;
        }
    }

    /// <summary>Runs what the latest lease wants, one after the other.</summary>
    private async Task ObeyAsync(ConsulClient client, string host, OrphanGuard guard, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            NodeLease? lease = _lease;
            if (lease is not { Pool: { } pool })
            {
                await WaitForNewsAsync(stop);
                continue;
            }

            WorkloadOptions? template = _options.Workloads.GetValueOrDefault(pool) ?? _options.Workloads.GetValueOrDefault("*");
            using var workload = new LeasedWorkload(_options, template ?? new WorkloadOptions(), lease, host, client, guard, Wake, _time, _logger);
            if (template is null)
            {
                await DeclineAsync(workload, $"this node has nothing to run for pool '{pool}'", stop);
                continue;
            }

            _workload = workload;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            // Without a lease, or with another one, no gateway sends it requests any more.
            Task running = workload.RunAsync(() => !IsSame(_lease, lease), over.Token);
            while (!stop.IsCancellationRequested && IsSame(_lease, lease))
                await WaitForNewsAsync(stop);
            await over.CancelAsync();
            await running;
            _workload = null;
            Wake();
        }
    }

    private async Task DeclineAsync(LeasedWorkload workload, string reason, CancellationToken stop)
    {
        LogDeclined(workload.Lease.Pool!, reason);
        Declined = new NodeReport(NodeWork.Declined, workload.Lease.Assigned, workload.Lease.Instance, reason);
        Wake();
        while (!stop.IsCancellationRequested && IsSame(_lease, workload.Lease))
            await WaitForNewsAsync(stop);
        Declined = null;
    }

    /// <summary>What is said of a lease that nothing was started for.</summary>
    private NodeReport? Declined
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    private static bool IsSame(NodeLease? one, NodeLease other) => one is { Pool: not null } && one.Assigned == other.Assigned && one.Instance == other.Instance;

    private void Wake() => _news.Writer.TryWrite(true);

    private async Task WaitForNewsAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Tick, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await _news.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Whoever waits looks anew, and at the token.
        }
    }

    private async Task ReportAsync(ConsulClient client, CancellationToken stop)
    {
        string key = $"{_options.Folder}fleet/agents/{_options.Node}";
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), _time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            NodeReport report = Declined ?? _workload?.Report ?? new NodeReport(NodeWork.Idle, _lease?.Assigned ?? 0);
            bool isNews = _told is null || report with { Cpu = null, Memory = null, Utilisation = null } != _told with { Cpu = null, Memory = null, Utilisation = null };
            if (!isNews && _time.GetElapsedTime(_toldAt) < _options.ReportInterval)
                continue;
            try
            {
                await client.Kv.PutAsync(key, JsonSerializer.SerializeToUtf8Bytes(report, FleetWireJson.Default.NodeReport), cancellation: stop);
                _told = report;
                _toldAt = _time.GetTimestamp();
            }
            catch (ConsulException)
            {
                // The registration's own log says that the registry does not answer; it is told again.
                await Task.Delay(Tick, _time, stop);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "If the agent is killed, what it started is not: {Reason}.")]
    private partial void LogUnguarded(string reason);

    [LoggerMessage(LogLevel.Warning, "The lease in the registry, {Key}, cannot be read, and the one before stays: {Reason}")]
    private partial void LogUnread(string key, string reason);

    [LoggerMessage(LogLevel.Warning, "Pool {Pool} is declined: {Reason}.")]
    private partial void LogDeclined(string pool, string reason);
}
