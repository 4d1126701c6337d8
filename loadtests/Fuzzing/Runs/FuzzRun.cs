using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>What a run did and found.</summary>
/// <param name="Name">What was damaged.</param>
/// <param name="Exchanges">Damaged exchanges, beside the sound ones.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="ClientConnections">Opened by clients.</param>
/// <param name="NodeConnections">Opened by the gateway.</param>
/// <param name="NodeRequests">What the node saw.</param>
/// <param name="Outcomes">What became of all exchanges.</param>
/// <param name="FindingCount">What must never happen.</param>
/// <param name="Findings">The first of them.</param>
internal sealed record FuzzResult(
    string Name, long Exchanges, double Seconds, long ClientConnections, long NodeConnections, long NodeRequests,
    IReadOnlyDictionary<string, long> Outcomes, long FindingCount, IReadOnlyCollection<Finding> Findings);

/// <summary>Starts a node and a gateway, lets workers take exchange after exchange, and sees to it that nothing is left over at the end.</summary>
internal sealed class FuzzRun(FuzzSettings settings, GatewayOptions options, TimeProvider time, Action<long> progress)
{
    private readonly Findings _findings = new();
    private readonly OutcomeCounts _outcomes = new();
    private long _done;
    private long _opened;

    /// <summary>Runs what <paramref name="kind"/> makes.</summary>
    public async Task<FuzzResult> Run(Func<FuzzSettings, Findings, OutcomeCounts, IFuzz> kind, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        var leftovers = new Leftovers(_findings, time);
        IFuzz fuzz = kind(settings, _findings, _outcomes);
        EventHandler<UnobservedTaskExceptionEventArgs> unobserved =
            (_, e) => _findings.Add(-1, $"an exception that nobody saw: {e.Exception}");
        TaskScheduler.UnobservedTaskException += unobserved;
        await using var node = new ScriptedNode(fuzz.Answer, settings.AreOneClients, _findings);
        try
        {
            await using (Gateway gateway = await Gateway.Start(node.Port, options, _findings))
            {
                using var limit = new CancellationTokenSource(settings.Limit, time);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
                await Task.WhenAll(Enumerable.Range(0, settings.Workers).Select(i => Work(fuzz, gateway, i, stop.Token)));
                cancellation.ThrowIfCancellationRequested();
                if (_done < settings.Count)
                    _findings.Add(-1, $"only {_done} of {settings.Count} exchanges within {settings.Limit}");
                await leftovers.CheckRunning(gateway, node);
                fuzz.Check(gateway, node, _findings);
            }

            await leftovers.CheckEnded(node);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= unobserved;
        }

        return new FuzzResult(
            fuzz.Name, _done, time.GetElapsedTime(start).TotalSeconds, _opened, node.Accepted, node.Requests, _outcomes.ByName(), _findings.Count, _findings.Kept);
    }

    private async Task Work(IFuzz fuzz, Gateway gateway, int index, CancellationToken stop)
    {
        // Every worker begins on a thread of the pool, not within the one that starts them all.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var worker = new Worker(gateway.Port, gateway.Http2Port);
        for (long at = index; at < settings.Count && !stop.IsCancellationRequested; at += settings.Workers)
        {
            try
            {
                await fuzz.Exchange(worker, settings.First + at);
            }
            catch (Exception error) when (error is System.Net.Sockets.SocketException or OperationCanceledException)
            {
                _findings.Add(settings.First + at, $"the gateway could not be connected to: {error.Message}");
            }

            progress(Interlocked.Increment(ref _done));
        }

        Interlocked.Add(ref _opened, worker.Opened);
    }
}
