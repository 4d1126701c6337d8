using System.Net;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Steps;

/// <summary>One address and the connections to it.</summary>
internal sealed record Door(int Number, Entrance Entrance, ConnectionPool Connections);

/// <summary>What the steps of one run share.</summary>
internal sealed class StepContext : IDisposable
{
    private readonly Door[] _doors;
    private long _turn = -1;

    /// <param name="entrances">Where requests go, in turn, as long as they are open.</param>
    /// <param name="clock">The run's time.</param>
    /// <param name="nodes">Gives nodes their numbers.</param>
    /// <param name="keys">Writes keys.</param>
    /// <param name="answer">What answers tell.</param>
    /// <param name="timeout">Of each step.</param>
    /// <param name="connections">Of all addresses together; each has at least one.</param>
    public StepContext(
        IReadOnlyList<Entrance> entrances, RunClock clock, NodeTable nodes, KeyFormat keys, AnswerFields answer, TimeSpan timeout, int connections)
    {
        Clock = clock;
        Keys = keys;
        Timeout = timeout;
        Answers = new AnswerReader(answer, nodes);
        int each = Math.Max(1, (connections + entrances.Count - 1) / entrances.Count);
        _doors = [.. entrances.Select((e, i) => new Door(i, e, new ConnectionPool(EndPointOf(e.Url), each, clock, e.Url.Scheme == Uri.UriSchemeHttps)))];
    }

    /// <summary>Host and port as requests name them: the first address's, as a load balancer before several gateways has one name.</summary>
    public string Authority => _doors[0].Entrance.Url.Authority;

    public IReadOnlyList<Door> Doors => _doors;

    public RunClock Clock { get; }

    public KeyFormat Keys { get; }

    public TimeSpan Timeout { get; }

    public AnswerReader Answers { get; }

    /// <summary>Steps that record more than their end do so for begins from here on, in nanoseconds of the clock.</summary>
    public long CountsFrom { get; set; }

    /// <summary>The next open address in turn; the first when none is.</summary>
    public Door NextDoor()
    {
        if (_doors.Length == 1)
            return _doors[0];
        for (int i = 0; i < _doors.Length; i++)
        {
            Door door = _doors[(int)(Interlocked.Increment(ref _turn) % _doors.Length)];
            if (door.Entrance.IsOpen)
                return door;
        }

        return _doors[0];
    }

    public void Dispose()
    {
        foreach (Door door in _doors)
            door.Connections.Dispose();
    }

    private static EndPoint EndPointOf(Uri url) =>
        IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address)
            ? new IPEndPoint(address, url.Port)
            : new DnsEndPoint(url.Host, url.Port);
}
