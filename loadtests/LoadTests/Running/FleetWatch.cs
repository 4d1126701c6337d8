using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Running;

/// <summary>Looks at what the gateways' processes hold, once in each interval of the run's timeline.</summary>
internal sealed class FleetWatch(Fleet? fleet, RunClock clock, Recorder recorder)
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly SortedDictionary<string, List<ProcessSample>> _samples = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, List<ProcessSample>> Samples => _samples;

    public async Task Run(CancellationToken over)
    {
        if (fleet is null)
            return;
        TimeSpan interval = TimeSpan.FromTicks(recorder.Timeline.Interval / 100);
        try
        {
            long warmUp = recorder.From - clock.Now;
            if (warmUp > 0)
                await Task.Delay(TimeSpan.FromTicks(warmUp / 100), clock.Time, over);
            using var timer = new PeriodicTimer(interval, clock.Time);
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(over));
        }
        catch (OperationCanceledException)
        {
            // The run is over, and so is the watch.
        }
    }

    private void Look()
    {
        double seconds = (clock.Now - recorder.From) / NanosecondsPerSecond;
        foreach (FleetGateway gateway in fleet!.Gateways)
        {
            if (gateway.ProcessId is not { } pid || ProcessWatch.Read(pid, seconds) is not { } sample)
                continue;
            if (!_samples.TryGetValue(gateway.Name, out List<ProcessSample>? samples))
                _samples[gateway.Name] = samples = [];
            samples.Add(sample);
        }
    }
}
