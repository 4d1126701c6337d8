using HashBalancer.Simulation.Clock;

namespace HashBalancer.LoadTests.Tests.Simulation;

public sealed class VirtualTimeTests
{
    private readonly VirtualTime _time = new();
    private readonly List<string> _seen = [];

    [Fact]
    public void Run_Delays_EndInOrderAtTheirTimes()
    {
        _time.Begin(() => After(20, "second"));
        _time.Begin(() => After(10, "first"));

        _time.Run(TimeSpan.FromMilliseconds(15).Ticks);
        Assert.Equal(["first at 10"], _seen);
        _time.Run(TimeSpan.FromMilliseconds(30).Ticks);

        Assert.Equal(["first at 10", "second at 20"], _seen);
        Assert.Equal(TimeSpan.FromMilliseconds(30).Ticks, _time.Now);
    }

    [Fact]
    public void Run_WhatAwaits_GoesOnBeforeTheNextHappening()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _time.Begin(async () =>
        {
            await source.Task;
            _seen.Add("continued");
        });
        _time.Run(0);
        using ITimer one = _time.CreateTimer(_ => source.SetResult(), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        using ITimer other = _time.CreateTimer(_ => _seen.Add("next"), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

        _time.Run(TimeSpan.FromMilliseconds(1).Ticks);

        Assert.Equal(["continued", "next"], _seen);
    }

    [Fact]
    public void Timer_PeriodicThenChangedThenDisposed_FiresWhileItIsSet()
    {
        ITimer timer = _time.CreateTimer(_ => _seen.Add($"{TimeSpan.FromTicks(_time.Now).TotalMilliseconds}"), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2));
        _time.Run(TimeSpan.FromMilliseconds(6).Ticks);
        Assert.Equal(["1", "3", "5"], _seen);

        timer.Change(TimeSpan.FromMilliseconds(10), Timeout.InfiniteTimeSpan);
        _time.Run(TimeSpan.FromMilliseconds(15).Ticks);
        Assert.Empty(_seen[3..]);
        timer.Dispose();
        _time.Run(TimeSpan.FromMilliseconds(100).Ticks);

        Assert.Equal(3, _seen.Count);
    }

    [Fact]
    public void Run_WorkThatFails_SaysSo()
    {
        _time.Begin(() => throw new FormatException("no number"));

        var error = Assert.Throws<InvalidOperationException>(() => _time.Run(1));

        Assert.IsType<FormatException>(error.InnerException);
    }

    private async Task After(int milliseconds, string what)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time);
        _seen.Add($"{what} at {TimeSpan.FromTicks(_time.Now).TotalMilliseconds}");
    }
}
