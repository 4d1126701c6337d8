using System.Globalization;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Load;

/// <summary>
/// A fixed number of users, each of whom starts an iteration when its last one has ended. It finds out what a server can serve
/// at most; its latencies hide pauses, during which it asks nothing.
/// </summary>
internal sealed class ClosedLoop(int users, TimeSpan pause) : ILoadSimulation
{
    // Purposes below it belong to the open loop.
    private const int FirstUserPurpose = 16;

    public string Description { get; } = string.Create(CultureInfo.InvariantCulture,
        $"closed loop, {users} users{(pause > TimeSpan.Zero ? $", pausing {Durations.Text(pause)}" : "")}");

    public double? Rate => null;

    public int? Users { get; } = users;

    public Task Run(LoadRun run, CancellationToken cancellation)
    {
        long end = run.Start + run.Length;
        return Task.WhenAll(Enumerable.Range(0, users).Select(user => RunUser(run, user, end, cancellation)));
    }

    private async Task RunUser(LoadRun run, int user, long end, CancellationToken cancellation)
    {
        Random random = run.RandomFor(FirstUserPurpose + user);
        long now;
        while ((now = run.Clock.Now) < end)
        {
            cancellation.ThrowIfCancellationRequested();
            await run.Iterate(now, run.Keys.Next(random));
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, run.Clock.Time, cancellation);
        }
    }
}
