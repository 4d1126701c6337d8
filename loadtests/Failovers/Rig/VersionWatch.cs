namespace HashBalancer.Failovers.Rig;

/// <summary>Looks several times a second whether all gateways follow the same assignment, and for how long they do not.</summary>
internal sealed class VersionWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly FailoverRig _rig;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public VersionWatch(FailoverRig rig, TimeProvider time)
    {
        (_rig, _time) = (rig, time);
        _running = RunAsync();
    }

    /// <summary>The longest time that versions differed in, the looks included that saw it begin and end.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>How many versions all gateways came to.</summary>
    public int Agreed { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        long? since = null;
        long known = 0, last = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<GatewayProcess> gateways = _rig.Alive;
                long before = last;
                last = _time.GetTimestamp();
                long[] versions = await Task.WhenAll(gateways.Select(gateway => gateway.VersionAsync(_stop.Token)));
                if (versions.Distinct().Count() > 1)
                {
                    since ??= before;
                }
                else
                {
                    if (since is { } begun && _time.GetElapsedTime(begun) is var differed && differed > Longest)
                        Longest = differed;
                    since = null;
                    if (versions.Length > 0 && versions[0] > known)
                    {
                        known = versions[0];
                        Agreed++;
                    }
                }

                await Task.Delay(Interval, _time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // One was killed while it was asked, or is too busy to answer.
                since = null;
            }
        }
    }
}
