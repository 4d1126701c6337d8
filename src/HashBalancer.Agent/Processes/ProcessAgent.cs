using System.Globalization;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent;

/// <summary>
/// Runs a process in any language as an instance: starts it, registers it once it listens, reports its load, and on SIGTERM or SIGINT
/// drains it before it is told to stop.
/// </summary>
/// <remarks>One run for each object.</remarks>
public sealed partial class ProcessAgent
{
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(100);
    private readonly ProcessAgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Prepares the run.</summary>
    /// <param name="options">The process and the instance.</param>
    /// <param name="logger">Told of every change of state.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message lists every fault.</exception>
    public ProcessAgent(ProcessAgentOptions options, ILogger<ProcessAgent> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        _options = options;
        _logger = logger;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Runs the process to its end.</summary>
    /// <param name="cancellation">Stops it as SIGTERM does.</param>
    /// <returns>The process's exit code, 128 + n when signal n ended it; 1 when it never listened and yet ended with 0.</returns>
    /// <exception cref="CommandNotStartedException">The program cannot be started; nothing was registered.</exception>
    /// <remarks>
    /// While it runs, SIGTERM and SIGINT stop the process gracefully, once more at once; SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 and SIGWINCH are
    /// passed on. The process finds its port in PORT, its instance's id in HASHBALANCER_ID and its service in HASHBALANCER_SERVICE.
    /// </remarks>
    public async Task<int> RunAsync(CancellationToken cancellation = default)
    {
        using var stop = new StopRequest(cancellation);
        using var client = new ConsulClient(_options.Agent.Consul, time: _time);
        ServiceEndpoint endpoint = EndpointDiscovery.Find(_options.Agent, [$"http://*:{_options.Agent.Port}"], client.CurrentAddress);
        AgentServiceRegistration registration = RegistrationBuilder.Build(_options.Agent, endpoint, Environment.MachineName, heartbeat: true);
        using var guard = OrphanGuard.Start();
        if (guard.Missing is { } missing)
            LogUnguarded(missing);
        using ChildProcess child = ChildProcess.Start(_options.Command, _options.Arguments, new Dictionary<string, string>([.. ChildEnvironment(registration), guard.Mark]));
        List<IDisposable> passedOn = [.. ProcessSignals.PassedOn.Select(signal => ProcessSignals.On(signal, () => child.Signal(signal))).OfType<IDisposable>()];
        try
        {
            bool served = await SuperviseAsync(child, client, endpoint, registration, stop);
            return served || child.ExitCode != 0 ? child.ExitCode : 1;
        }
        finally
        {
            passedOn.ForEach(handler => handler.Dispose());
        }
    }

    private static Dictionary<string, string> ChildEnvironment(AgentServiceRegistration registration) => new()
    {
        ["PORT"] = registration.Port.ToString(CultureInfo.InvariantCulture),
        ["HASHBALANCER_ID"] = registration.ID!,
        ["HASHBALANCER_SERVICE"] = registration.Name!,
    };

    /// <returns>Whether it came to listen, or was asked to stop before.</returns>
    private async Task<bool> SuperviseAsync(
        ChildProcess child, ConsulClient client, ServiceEndpoint endpoint, AgentServiceRegistration registration, StopRequest stop)
    {
        LogStarted(_options.Command, child.Id);
        var load = LoadSampler.Create(_options.Agent.Load, new ProcessTreeUsage(child.Id), null, [], _time);
        LoadEntry? entry = LoadEntry.Of(client, _options.Agent.Load, carriesHeader: false, registration.ID!, _logger);
        var registrar = new ServiceRegistrar(
            client, registration, token => BeatAsync(endpoint, load, entry, token), _time, new Random(unchecked((int)_time.GetTimestamp())), _logger);
        using var over = new CancellationTokenSource();
        Task serving = Task.CompletedTask;
        bool served = true;
        try
        {
            if (await ListensAsync(child, endpoint, stop.Requested))
            {
                serving = Task.WhenAll(load.RunAsync(over.Token), registrar.RunAsync(over.Token));
                await Task.WhenAny(child.Ended, WhenAsync(stop.Requested));
            }

            else if (!stop.Requested.IsCancellationRequested)
            {
                served = false;
            }

            if (!child.HasEnded)
                await StopChildAsync(child, registrar, stop);
            return served;
        }
        finally
        {
            if (child.HasEnded && !stop.Requested.IsCancellationRequested)
                LogEndedByItself(child.Id, child.ExitCode);
            await over.CancelAsync();
            await serving;
            await BoundedAsync(registrar.DeregisterAsync, stop.Hurry);
            if (entry is not null)
                await BoundedAsync(entry.RemoveAsync, stop.Hurry);
        }
    }

    private async Task StopChildAsync(ChildProcess child, ServiceRegistrar registrar, StopRequest stop)
    {
        DrainOptions drain = _options.Agent.Drain;
        bool noticed = false;
        if (drain.Enabled && stop.Requested.IsCancellationRequested)
            await BoundedAsync(async token => noticed = await registrar.DrainAsync(token), stop.Hurry);
        if (noticed)
        {
            // Its requests cannot be counted from outside: it finishes them itself after the signal, as every server does.
            using var early = CancellationTokenSource.CreateLinkedTokenSource(stop.Hurry);
            await Task.WhenAny(child.Ended, Task.Delay(drain.MinTime, _time, early.Token));
            await early.CancelAsync();
        }

        if (!await child.StopAsync(stop.Signal, _options.StopTimeout, _time, stop.Hurry))
            LogKilled(child.Id);
    }

    private async Task<bool> ListensAsync(ChildProcess child, ServiceEndpoint endpoint, CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        try
        {
            while (!child.HasEnded)
            {
                if (await PortProbe.AcceptsAsync(endpoint.Host, endpoint.Port, _time, cancellation))
                    return true;
                if (_time.GetElapsedTime(started) >= _options.StartTimeout)
                {
                    LogNotListening(child.Id, endpoint.Port, _options.StartTimeout);
                    return false;
                }

                await Task.Delay(StartPoll, _time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop before it was there.
        }

        return false;
    }

    private async ValueTask<Heartbeat> BeatAsync(ServiceEndpoint endpoint, LoadSampler load, LoadEntry? entry, CancellationToken cancellation)
    {
        if (!await PortProbe.AcceptsAsync(endpoint.Host, endpoint.Port, _time, cancellation))
            return new Heartbeat(CheckStatus.Critical, $"Port {endpoint.Port} accepts no connection.");
        LoadReport report = load.Current;
        if (entry is not null)
            await entry.TellAsync(report, cancellation);
        return new Heartbeat(CheckStatus.Passing, report.ToString());
    }

    private async Task BoundedAsync(Func<CancellationToken, Task> call, CancellationToken hurry)
    {
        // Even in a hurry the registry gets a moment to be told.
        using var limit = new CancellationTokenSource(hurry.IsCancellationRequested ? TimeSpan.FromSeconds(1) : _options.Agent.DeregisterTimeout, _time);
        await call(limit.Token);
    }

    private static Task WhenAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    [LoggerMessage(LogLevel.Warning, "If the agent is killed, what it started is not: {Reason}.")]
    private partial void LogUnguarded(string reason);

    [LoggerMessage(LogLevel.Information, "Started '{Command}' as process {Process}.")]
    private partial void LogStarted(string command, int process);

    [LoggerMessage(LogLevel.Warning, "Process {Process} ended by itself with exit code {Code}.")]
    private partial void LogEndedByItself(int process, int code);

    [LoggerMessage(LogLevel.Error, "Process {Process} does not listen on port {Port} after {Limit}; stopping it.")]
    private partial void LogNotListening(int process, int port, TimeSpan limit);

    [LoggerMessage(LogLevel.Warning, "Process {Process} did not end in time and was killed.")]
    private partial void LogKilled(int process);
}
