using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Running;

/// <summary>A server of 0.1 ms for each request pauses for 100 ms; what do the figures say?</summary>
public sealed class HonestyTests
{
    private const double Millisecond = 1e6;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task OpenLoop_ServerPauses_PauseShowsInEveryRequestThatWasDueDuringIt()
    {
        Recorder recorder = await Run(new OpenLoop("constant", 1000, (rate, _) => new ConstantArrivals(rate)));
        LatencyHistogram latency = recorder.Iterations.Latency;

        // Request k after the pause began ends at 600 ms + 0.1 (k + 1) ms and was due at 500 + k: its latency is 100.1 - 0.9 k ms.
        Assert.Equal(2000, latency.Count);
        Assert.Equal(100.1 * Millisecond, latency.Max);
        AssertNear(100.1 - 0.9 * 1, latency.Quantile(0.9995));
        AssertNear(100.1 - 0.9 * 20, latency.Quantile(0.99));
        AssertNear(100.1 - 0.9 * 100, latency.Quantile(0.95));
        AssertNear(0.1, latency.Quantile(0.5));
        Assert.Equal(0, recorder.StartDelay.Max);
        Assert.Equal(2000, recorder.SentInTime);
    }

    [Fact]
    public async Task ClosedLoop_ServerPauses_PauseIsOneRequestAmongThousands()
    {
        Recorder recorder = await Run(new ClosedLoop(users: 1, TimeSpan.Zero));
        LatencyHistogram latency = recorder.Iterations.Latency;

        Assert.Equal(19_000, latency.Count);
        Assert.Equal(100.1 * Millisecond, latency.Max);
        AssertNear(0.1, latency.Quantile(0.9999));
    }

    [Fact]
    public async Task OpenLoop_RunnerIsLate_LatencyCountsFromTheIntendedStart()
    {
        var virtualTime = new VirtualTime();
        var step = new TimedStep(virtualTime, TimeSpan.FromMilliseconds(2));
        Recorder recorder = await virtualTime.Run(
            VirtualTime.Scenario(new OpenLoop("constant", 100, (rate, _) => new ConstantArrivals(rate)), TimeSpan.FromMilliseconds(100)),
            [step],
            new LatePacer(virtualTime, TimeSpan.FromMilliseconds(5)));

        // The first of ten is due at once: nobody waits for it.
        Assert.Equal(10, recorder.Iterations.Latency.Count);
        Assert.Equal((2_000_000L, 7_000_000L), (recorder.Iterations.Latency.Min, recorder.Iterations.Latency.Max));
        Assert.Equal((0L, 5_000_000L), (recorder.StartDelay.Min, recorder.StartDelay.Max));
        AssertNear(2, recorder.Iterations.Service.Max);
    }

    private static Task<Recorder> Run(ILoadSimulation load)
    {
        var virtualTime = new VirtualTime();
        var server = new OneWorkerServer(
            virtualTime, TimeSpan.FromMilliseconds(0.1), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(600));
        return virtualTime.Run(VirtualTime.Scenario(load, Length), [server]);
    }

    private static void AssertNear(double milliseconds, double nanoseconds) =>
        Assert.InRange(nanoseconds / Millisecond, milliseconds * (1 - LatencyHistogram.RelativeError), milliseconds * (1 + LatencyHistogram.RelativeError));

    private sealed class LatePacer(VirtualTime virtualTime, TimeSpan late) : IPacer
    {
        private readonly TimerPacer _exact = new(virtualTime.Clock);

        public ValueTask WaitUntil(long instant, CancellationToken cancellation) =>
            _exact.WaitUntil(instant + late.Ticks * 100, cancellation);
    }
}
