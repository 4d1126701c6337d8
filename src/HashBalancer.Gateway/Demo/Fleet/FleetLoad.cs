using System.Net;

namespace HashBalancer.Gateway.Demo.Fleet;

/// <summary>Clients of the demo's pools: so many for each, each with a request under way at all times.</summary>
internal sealed class FleetLoad : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Uri[] _gateways;
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _clients = [];
    private volatile IReadOnlyDictionary<string, int> _wanted = new Dictionary<string, int>(StringComparer.Ordinal);
    private long _served;
    private long _failed;
    private string? _firstFailure;

    /// <param name="gateways">Where clients connect, in turn.</param>
    /// <param name="pools">The pools, which are the first segments of paths as well.</param>
    /// <param name="mostPerPool">How many clients a pool can have.</param>
    /// <param name="stop">Ends it at once: Ctrl-C on a terminal ends the nodes in the same moment.</param>
    public FleetLoad(IReadOnlyList<Uri> gateways, IEnumerable<string> pools, int mostPerPool, CancellationToken stop)
    {
        _gateways = [.. gateways];
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        foreach (string pool in pools)
        {
            for (int i = 0; i < mostPerPool; i++)
            {
                int number = i;
                _clients.Add(Task.Run(() => RunAsync(pool, number), CancellationToken.None));
            }
        }
    }

    /// <summary>Requests answered.</summary>
    public long Served => Volatile.Read(ref _served);

    /// <summary>Requests that got no answer, or one that is an error.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>What became of the first that failed; null while none has.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>Says how many clients each pool has from now on.</summary>
    public void Set(IReadOnlyDictionary<string, int> clients) => _wanted = clients;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
        _http.Dispose();
    }

    private async Task RunAsync(string pool, int number)
    {
        var random = new Random(number);
        for (int sent = number; !_stop.IsCancellationRequested; sent++)
        {
            try
            {
                if (number >= _wanted.GetValueOrDefault(pool))
                {
                    await Task.Delay(Idle, TimeProvider.System, _stop.Token);
                    continue;
                }

                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_gateways[sent % _gateways.Length], $"/{pool}/items/{random.Next(200)}"));
                request.Headers.Add("X-User-Id", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"user-{random.Next(500)}"));
                using HttpResponseMessage answer = await _http.SendAsync(request, _stop.Token);
                await answer.Content.CopyToAsync(Stream.Null, _stop.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                    Interlocked.Increment(ref _served);
                else if (!_stop.IsCancellationRequested)
                    Fail($"{pool}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(_stop.Token)}");
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                Fail($"{pool}: {error.Message}");
            }
        }
    }

    private void Fail(string reason)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _firstFailure, reason, null);
    }
}
