using System.Net;

namespace HashBalancer.Gateway.Admin;

/// <summary>Slows down who guesses tokens: after a few wrong ones in a row an address must wait, longer each time.</summary>
/// <remarks>Thread-safe; bounded: of more addresses than are kept, the one whose last attempt is the oldest is forgotten.</remarks>
internal sealed class FailedAttempts(TimeProvider time)
{
    /// <summary>Wrong tokens in a row that cost nothing: people mistype.</summary>
    public const int Free = 5;

    private const int MostAddresses = 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (int Count, DateTimeOffset At)> _failed = []; // Guarded by _gate.

    /// <summary>How long an address must wait before its next attempt is looked at; zero: not at all.</summary>
    public TimeSpan WaitOf(IPAddress address)
    {
        lock (_gate)
        {
            if (!_failed.TryGetValue(address, out (int Count, DateTimeOffset At) failed) || failed.Count < Free)
                return TimeSpan.Zero;
            TimeSpan wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failed.Count - Free), LongestWait.TotalSeconds));
            TimeSpan left = failed.At + wait - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Counts a wrong token.</summary>
    public void Add(IPAddress address)
    {
        lock (_gate)
        {
            if (_failed.Count >= MostAddresses && !_failed.ContainsKey(address))
                _failed.Remove(_failed.MinBy(one => one.Value.At).Key);
            _failed[address] = (_failed.GetValueOrDefault(address).Count + 1, time.GetUtcNow());
        }
    }

    /// <summary>The right token was shown.</summary>
    public void Clear(IPAddress address)
    {
        lock (_gate)
            _failed.Remove(address);
    }
}
