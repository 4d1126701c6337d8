using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.Comparison.Balance.Load;

/// <summary>Asks one proxy for keys at planned instants, whether or not it has answered earlier ones. Latency counts from the planned instant.</summary>
internal sealed class BalanceLoad(Uri proxy, LoadPlan plan, string keyHeader, RunClock clock) : IDisposable
{
    private const int Connections = 800;
    private static readonly long Patience = (long)TimeSpan.FromSeconds(10).TotalNanoseconds;

    private readonly ConnectionPool _pool = new(new IPEndPoint(IPAddress.Parse(proxy.Host), proxy.Port), Connections, clock);
    private readonly List<Task> _underWay = [];
    private long _failed;

    /// <summary>Of the requests that were due in the time that counts, the failed ones among them with the time until they failed.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Requests of that time without a successful answer.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Runs the plan from an instant on.</summary>
    /// <param name="start">Nanoseconds of the clock.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(long start, CancellationToken cancellation)
    {
        var arrivals = new PoissonArrivals(plan.Rate, new Random(plan.Seed));
        var keys = new ZipfKeys(plan.Keys, plan.Exponent);
        var random = new Random(plan.Seed + 1);
        var pacer = new TimerPacer(clock);
        for (long offset = arrivals.Next(); offset < plan.Length; offset = arrivals.Next())
        {
            long key = keys.Next(random);
            // Caches are cold at first: with all of the load at once, every proxy's nodes would be overrun before it begins.
            if (offset < plan.Ramp && random.NextDouble() > plan.ShareAt(offset))
                continue;
            long due = start + offset;
            if (clock.Now < due)
                await pacer.WaitUntil(due, cancellation);
            cancellation.ThrowIfCancellationRequested();
            Task asking = Ask(key, due, isCounted: offset >= plan.CountedFrom);
            if (asking.IsCompleted)
                continue;
            _underWay.Add(asking);
            if (_underWay.Count > 2 * Connections)
                _underWay.RemoveAll(task => task.IsCompleted);
        }

        await Task.WhenAll(_underWay);
    }

    public void Dispose() => _pool.Dispose();

    private async Task Ask(long key, long due, bool isCounted)
    {
        bool isServed = false;
        HttpConnection? connection = null;
        try
        {
            connection = await _pool.Rent(due + Patience);
            byte[] request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /items HTTP/1.1\r\nHost: balance\r\n{keyHeader}: {key}\r\n\r\n"));
            request.CopyTo(connection.RequestBuffer(request.Length));
            ResponseHead head = await connection.Exchange(request.Length, isHead: false, due + Patience);
            isServed = head.Status == (int)HttpStatusCode.OK;
            _pool.Return(connection);
            connection = null;
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or MalformedResponseException or TimeoutException)
        {
            // Counted as failed.
        }

        if (connection is not null)
            _pool.Discard(connection);
        if (!isCounted)
            return;
        Latencies.Record(clock.Now - due);
        if (!isServed)
            Interlocked.Increment(ref _failed);
    }
}

/// <summary>What every proxy of a run is asked, key by key.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Keys">How many there are.</param>
/// <param name="Exponent">Zipf's.</param>
/// <param name="Length">Nanoseconds.</param>
/// <param name="CountedFrom">Nanoseconds after the start from which requests count.</param>
/// <param name="Seed">The same seed gives the same requests.</param>
internal sealed record LoadPlan(double Rate, int Keys, double Exponent, long Length, long CountedFrom, int Seed)
{
    private const double FirstShare = 0.2;

    /// <summary>How long the load grows at first, in nanoseconds: a quarter of the time before it counts.</summary>
    public long Ramp => CountedFrom / 4;

    /// <summary>The share of the load at a moment of that time.</summary>
    public double ShareAt(long offset) => FirstShare + ((1 - FirstShare) * offset / Ramp);
}
