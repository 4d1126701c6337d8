using System.Diagnostics;

namespace HashBalancer.Testing;

/// <summary>Waits on conditions instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the answer is true; fails with <paramref name="what"/> when it is not within the limit (default 60 s).</summary>
    public static async Task IsTrue(Func<Task<bool>> condition, string what, TimeSpan? limit = null)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan patience = limit ?? TimeSpan.FromSeconds(60);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
                Assert.Fail($"Not within {patience.TotalSeconds:0.#} s: {what}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Asks until the answer is true; fails with <paramref name="what"/> when it is not within the limit (default 60 s).</summary>
    public static Task IsTrue(Func<bool> condition, string what, TimeSpan? limit = null) =>
        IsTrue(() => Task.FromResult(condition()), what, limit);
}
