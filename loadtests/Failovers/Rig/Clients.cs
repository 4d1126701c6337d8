using System.Globalization;
using HashBalancer.LoadTests.Keys;

namespace HashBalancer.Failovers.Rig;

/// <summary>Clients that ask for skewed keys, each at a gateway of its own. One whose gateway was killed goes on to the next, as clients with several addresses do.</summary>
internal sealed class Clients
{
    private const int Count = 12;
    private const int Keys = 10_000;
    private readonly FailoverRig _rig;
    private readonly TimeProvider _time;
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _served;
    private long _failed;
    private long _repeated;
    private string? _firstFailure;

    public Clients(FailoverRig rig, double rate, TimeProvider time)
    {
        (_rig, _time) = (rig, time);
        _running = Task.WhenAll(Enumerable.Range(0, Count).Select(i => RunAsync(i, rate / Count)));
    }

    public long Served => Interlocked.Read(ref _served);

    /// <summary>Requests without a successful answer, though their gateway lived.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Requests sent again because their gateway was killed meanwhile.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(int index, double rate)
    {
        var chance = new Random(index);
        var keys = new ZipfKeys(Keys, 1.0);
        var underWay = new List<Task>();
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - chance.NextDouble()) / rate), _time, _stop.Token);
                underWay.RemoveAll(task => task.IsCompleted);
                underWay.Add(AskAsync(index, keys.Next(chance)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(underWay);
        }
    }

    private async Task AskAsync(int index, long key)
    {
        while (true)
        {
            IReadOnlyList<GatewayProcess> alive = _rig.Alive;
            GatewayProcess gateway = alive[index % alive.Count];
            string fault;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Proxy, "/items"));
                request.Headers.Add("X-User-Id", key.ToString(CultureInfo.InvariantCulture));
                using HttpResponseMessage response = await _client.SendAsync(request);
                if (response.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref _served);
                    return;
                }

                fault = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                if (gateway.IsDead)
                {
                    Interlocked.Increment(ref _repeated);
                    continue;
                }

                fault = e.Message;
            }

            Interlocked.Increment(ref _failed);
            Interlocked.CompareExchange(ref _firstFailure, fault, null);
            return;
        }
    }
}
