using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent;

/// <summary>What runs for one lease: started, registered once it is well, started again when it ends by itself, drained and stopped at the end.</summary>
/// <remarks>One run for each object. Its state may be read at any time.</remarks>
internal sealed partial class LeasedWorkload(
    FleetAgentOptions agent, WorkloadOptions workload, NodeLease lease, string host, ConsulClient client, OrphanGuard guard, Action changed, TimeProvider time,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(2);

    /// <summary>In which every gateway learns that it leaves.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private volatile NodeReport _report = new(NodeWork.Starting, lease.Assigned, lease.Instance);
    private volatile LoadSampler? _load;

    /// <summary>The lease that it is for.</summary>
    public NodeLease Lease => lease;

    /// <summary>What there is to say of it.</summary>
    public NodeReport Report => _load is { Current: { } load } && _report.State == NodeWork.Running
        ? _report with { Cpu = Math.Round(load.Cpu, 3), Memory = Math.Round(load.Memory, 4), Utilisation = Math.Round(load.Utilisation, 3) }
        : _report;

    /// <summary>Runs until cancelled or declined. What it started has ended when it returns.</summary>
    /// <param name="isDrained">Whether nobody sends it requests any more when it is cancelled; asked then.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Func<bool> isDrained, CancellationToken stop)
    {
        int failures = 0, starts = 0;
        bool hasServed = false;
        while (!stop.IsCancellationRequested)
        {
            (string? failure, bool served) = await RunOnceAsync(starts++, isDrained, stop);
            if (stop.IsCancellationRequested || failure is null)
                return;
            hasServed |= served;
            failures = served ? 1 : failures + 1;
            if (!hasServed || failures >= workload.MostFailures)
            {
                LogDeclined(lease.Pool!, failure);
                Say(new NodeReport(NodeWork.Declined, lease.Assigned, lease.Instance, failure, starts - 1));
                return;
            }

            TimeSpan pause = workload.Backoff * Math.Pow(2, failures - 1);
            Say(new NodeReport(NodeWork.Restarting, lease.Assigned, lease.Instance, failure, starts));
            LogRestarting(lease.Instance!, failure);
            await Task.Delay(pause < LongestBackoff ? pause : LongestBackoff, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Why it ended, null when it was told to; and whether it had been well.</returns>
    private async Task<(string? Failure, bool Served)> RunOnceAsync(int restarts, Func<bool> isDrained, CancellationToken stop)
    {
        if (PortOf(workload.Port, host) is not { } port)
            return (FormattableString.Invariant($"port {workload.Port} is in use"), false);
        Dictionary<string, string> words = new(StringComparer.Ordinal)
        {
            ["{port}"] = port.ToString(CultureInfo.InvariantCulture),
            ["{pool}"] = lease.Pool!,
            ["{node}"] = agent.Node,
            ["{instance}"] = lease.Instance!,
            ["{service}"] = lease.Service!,
        };
        using var limits = CgroupLimits.Create(workload, lease.Instance!);
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(Filled(workload.Command, words), workload.Arguments.Select(argument => Filled(argument, words)), EnvironmentOf(words));
        }
        catch (CommandNotStartedException e)
        {
            return (e.Message.TrimEnd('.'), false);
        }

        using (child)
        {
            string? held = limits?.Take(child.Id);
            LogStarted(lease.Instance!, lease.Pool!, child.Id, port, held ?? "none asked for");
            Say(new NodeReport(NodeWork.Starting, lease.Assigned, lease.Instance, null, restarts, Limits: held));
            try
            {
                if (await BecomesWellAsync(child, port, stop) is { } failure)
                    return (stop.IsCancellationRequested ? null : failure, false);
                await ServeAsync(child, port, restarts, held, isDrained, stop);
                return (stop.IsCancellationRequested ? null : $"it ended by itself with exit code {child.ExitCode}", true);
            }
            finally
            {
                if (!child.HasEnded && !await child.StopAsync(ProcessSignals.Terminate, workload.StopTimeout, time, CancellationToken.None))
                    LogKilled(lease.Instance!, child.Id);
            }
        }
    }

    private async Task ServeAsync(ChildProcess child, int port, int restarts, string? limits, Func<bool> isDrained, CancellationToken stop)
    {
        LoadSampler load = LoadSampler.Create(new LoadOptions(), new ProcessTreeUsage(child.Id), null, [], time);
        AgentServiceRegistration registration = RegistrationBuilder.Build(
            new AgentOptions { Service = lease.Service!, Id = lease.Instance, Zone = agent.Zone, Check = new CheckOptions { Ttl = agent.Ttl } },
            new ServiceEndpoint(host, port, IsHttps: false), Environment.MachineName);
        var registrar = new ServiceRegistrar(client, registration, async token => await IsWellAsync(port, token)
            ? new Heartbeat(CheckStatus.Passing, load.Current.ToString())
            : new Heartbeat(CheckStatus.Critical, $"It does not answer on port {port}."), time, new Random(unchecked((int)time.GetTimestamp())), logger);
        using var over = new CancellationTokenSource();
        Task serving = Task.WhenAll(load.RunAsync(over.Token), registrar.RunAsync(over.Token));
        _load = load;
        try
        {
            // Registered first: who reads that it runs must find it.
            while (!registrar.IsRegistered && !child.HasEnded && !stop.IsCancellationRequested)
                await Task.Delay(Poll, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Say(new NodeReport(NodeWork.Running, lease.Assigned, lease.Instance, null, restarts, Limits: limits));
            await child.Ended.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!child.HasEnded && !isDrained())
            {
                // The node itself goes, and gateways still send requests.
                using var limit = new CancellationTokenSource(Told, time);
                if (await registrar.DrainAsync(limit.Token))
                    await Task.WhenAny(child.Ended, Task.Delay(DrainTime, time, CancellationToken.None));
            }
        }
        finally
        {
            _load = null;
            await over.CancelAsync();
            await serving;
            using var limit = new CancellationTokenSource(Told, time);
            await registrar.DeregisterAsync(limit.Token);
            if (stop.IsCancellationRequested)
                Say(new NodeReport(NodeWork.Stopping, lease.Assigned, lease.Instance));
        }
    }

    /// <returns>Null once it is well; else why it did not become so.</returns>
    private async Task<string?> BecomesWellAsync(ChildProcess child, int port, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            if (child.HasEnded)
                return $"it ended with exit code {child.ExitCode} before it served";
            if (await IsWellAsync(port, stop))
                return child.HasEnded ? $"it ended with exit code {child.ExitCode} before it served" : null;
            if (time.GetElapsedTime(started) >= workload.StartTimeout)
                return FormattableString.Invariant($"it was not well within {workload.StartTimeout.TotalSeconds:0.#} s");
            await Task.Delay(Poll, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return "it was told to stop";
    }

    private async Task<bool> IsWellAsync(int port, CancellationToken stop)
    {
        try
        {
            if (workload.HealthPath is null)
                return await PortProbe.AcceptsAsync(host, port, time, stop);
            using HttpResponseMessage answer = await _http.GetAsync(
                new Uri($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}{workload.HealthPath}"), HttpCompletionOption.ResponseHeadersRead, stop);
            return (int)answer.StatusCode is >= 200 and < 400;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private Dictionary<string, string> EnvironmentOf(Dictionary<string, string> words)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["PORT"] = words["{port}"],
            ["HASHBALANCER_POOL"] = lease.Pool!,
            ["HASHBALANCER_NODE"] = agent.Node,
            ["HASHBALANCER_ID"] = lease.Instance!,
            ["HASHBALANCER_SERVICE"] = lease.Service!,
        };
        foreach ((string name, string value) in workload.Environment)
            environment[name] = Filled(value, words);
        environment[guard.Mark.Key] = guard.Mark.Value;
        return environment;
    }

    private static string Filled(string template, Dictionary<string, string> words) => words.Aggregate(template, (text, word) => text.Replace(word.Key, word.Value, StringComparison.Ordinal));

    /// <summary>The port to listen on, free at this moment; null when the one that is wanted is not.</summary>
    private static int? PortOf(int wanted, string host)
    {
        IPAddress address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : IPAddress.Any;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, wanted));
            // A socket that is bound alone does not keep others from listening.
            socket.Listen(1);
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Say(NodeReport report)
    {
        _report = report;
        changed();
    }

    [LoggerMessage(LogLevel.Information, "Started {Instance} for pool {Pool} as process {Process} on port {Port}; limits: {Limits}.")]
    private partial void LogStarted(string instance, string pool, int process, int port, string limits);

    [LoggerMessage(LogLevel.Warning, "Pool {Pool} is declined: {Reason}.")]
    private partial void LogDeclined(string pool, string reason);

    [LoggerMessage(LogLevel.Warning, "{Instance} is started again: {Reason}.")]
    private partial void LogRestarting(string instance, string reason);

    [LoggerMessage(LogLevel.Warning, "{Instance}, process {Process}, did not end in time and was killed.")]
    private partial void LogKilled(string instance, int process);
}
