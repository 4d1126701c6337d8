using System.Collections.Concurrent;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Registry;

/// <summary>Runs HTTP and TCP checks: each on its own interval, from a random moment of the first.</summary>
internal sealed class ProbeRunner(RegistryState state, ILogger<ProbeRunner> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<AgentCheck, Task> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Starts a check; it runs until it is taken out or replaced.</summary>
    public void Start(AgentCheck check)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(check.Stopped, _stopping.Token);
        TimeSpan delay = state.RandomPart(check.Plan.Interval);
        // Not on this thread: it holds the state's lock.
        var run = Task.Run(() => RunAsync(check, delay, stop), CancellationToken.None);
        _running[check] = run;
        // It may have ended before it was listed.
        if (run.IsCompleted)
            _running.TryRemove(check, out _);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values);
        _stopping.Dispose();
    }

    private async Task RunAsync(AgentCheck check, TimeSpan delay, CancellationTokenSource stop)
    {
        using CancellationTokenSource owned = stop;
        CancellationToken stopped = stop.Token;
        using IProbe probe = check.Plan.Kind == CheckKind.Http ? new HttpProbe(check.Plan, state.Time) : new TcpProbe(check.Plan, state.Time);
        var threshold = new CheckThreshold(check.Plan);
        try
        {
            await Task.Delay(delay, state.Time, stopped);
            while (true)
            {
                ProbeResult result = await probe.RunAsync(stopped);
                if (threshold.Admits(result.Status))
                {
                    using Change change = state.BeginChange();
                    state.Agent.Update(change, check, result.Status, result.Output);
                }

                await Task.Delay(check.Plan.Interval, state.Time, stopped);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Taken out, replaced, or the server stops.
        }
        catch (Exception e)
        {
            // A probe turns what it meets into a result; what comes through is a fault of this program, and must not end unseen.
            logger.LogError(new EventId(3040, "CheckEnded"), e, "Check {CheckId} ended", check.Row.CheckID);
        }
        finally
        {
            _running.TryRemove(check, out _);
        }
    }
}

/// <summary>One way to ask whether something is healthy.</summary>
internal interface IProbe : IDisposable
{
    /// <summary>Asks once; failures are results.</summary>
    Task<ProbeResult> RunAsync(CancellationToken stopped);
}

/// <summary>What a probe found.</summary>
internal readonly record struct ProbeResult(string Status, string Output)
{
    public static ProbeResult Critical(string output) => new(CheckStatus.Critical, output);
}

/// <summary>Holds results back until enough of a kind came in a row; the very first always counts.</summary>
internal sealed class CheckThreshold(CheckPlan plan)
{
    private int _successes = plan.SuccessBeforePassing;
    private int _failures = plan.FailuresBeforeCritical;

    public bool Admits(string status)
    {
        if (status == CheckStatus.Critical)
        {
            _successes = 0;
            return ++_failures >= plan.FailuresBeforeCritical;
        }

        _failures = 0;
        return ++_successes >= plan.SuccessBeforePassing;
    }
}
