using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>A clock whose timers run early, as the system's may by a tick.</summary>
internal sealed class EarlyTimeProvider(TimeSpan early) : TimeProvider
{
    public ManualTimeProvider Inner { get; } = new();

    public override long TimestampFrequency => Inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow();

    public override long GetTimestamp() => Inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new EarlyTimer(Inner.CreateTimer(callback, state, Earlier(dueTime), period), this);

    private TimeSpan Earlier(TimeSpan due) => due > early ? due - early : due;

    private sealed class EarlyTimer(ITimer timer, EarlyTimeProvider clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Earlier(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
