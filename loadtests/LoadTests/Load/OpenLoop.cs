using System.Globalization;

namespace HashBalancer.LoadTests.Load;

/// <summary>
/// Starts iterations at planned instants, whether or not earlier ones have been answered. Latency counts from the planned
/// instant, so that a pause of the server shows in every iteration that was due during it (no coordinated omission).
/// </summary>
internal sealed class OpenLoop(string name, double rate, Func<double, Random, IArrivals> arrivals) : ILoadSimulation
{
    private const int ArrivalsPurpose = 1;
    private const int KeysPurpose = 2;

    // Each pause costs the client's core some microseconds: at such rates, iterations of less than a tenth of a millisecond begin together.
    private readonly long _leastPause = rate > 10_000 ? 100_000 : 0;

    public string Description { get; init; } = string.Create(CultureInfo.InvariantCulture, $"open loop, {name} {rate:R}/s");

    public double? Rate { get; } = rate;

    public int? Users => null;

    public async Task Run(LoadRun run, CancellationToken cancellation)
    {
        IArrivals plan = arrivals(rate, run.RandomFor(ArrivalsPurpose));
        Random keys = run.RandomFor(KeysPurpose);
        var pending = new Pending();
        try
        {
            for (long offset = plan.Next(); offset < run.Length; offset = plan.Next())
            {
                long due = run.Start + offset, now = run.Clock.Now;
                if (now < due)
                    await run.Pacer.WaitUntil(Math.Max(due, now + _leastPause), cancellation);
                cancellation.ThrowIfCancellationRequested();
                pending.Add(run.Iterate(due, run.Keys.Next(keys)));
            }
        }
        finally
        {
            await pending.AllEnded();
        }
    }

    /// <summary>Counts iterations on their way, so that the loop can wait for the last of them.</summary>
    private sealed class Pending
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The loop itself counts as one until it starts no more.
        private long _count = 1;

        public void Add(ValueTask<bool> iteration)
        {
            if (iteration.IsCompletedSuccessfully)
                return;
            Interlocked.Increment(ref _count);
            _ = Observe(iteration);
        }

        public Task AllEnded()
        {
            Leave();
            return _ended.Task;
        }

        private async Task Observe(ValueTask<bool> iteration)
        {
            try
            {
                await iteration;
            }
            catch (Exception e)
            {
                // Iterations turn failures into results: what arrives here is a defect of the runner, and ends the run as one.
                _ended.TrySetException(e);
            }
            finally
            {
                Leave();
            }
        }

        private void Leave()
        {
            if (Interlocked.Decrement(ref _count) == 0)
                _ended.TrySetResult();
        }
    }
}
