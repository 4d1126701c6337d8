using System.Collections.Concurrent;
using System.Diagnostics;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Failures;

/// <summary>Requests at a steady rate, each at its planned time whether or not earlier ones were answered, until stopped.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Func<long, HttpRequestMessage> _request;
    private readonly HttpClient _client;
    private readonly Task _running;
    private long _answered;

    private SteadyLoad(HttpClient client, double perSecond, Func<long, HttpRequestMessage> request)
    {
        _request = request;
        _client = client;
        _running = RunAsync(perSecond);
    }

    /// <summary>Answers so far.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>What went wrong, each in a line; empty when every answer was a success.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Starts GETs for 1,000 users in turn.</summary>
    public static SteadyLoad Start(RunningGateway gateway, double perSecond) => Start(gateway, perSecond, i => Request(gateway, HttpMethod.Get, i));

    public static SteadyLoad Start(RunningGateway gateway, double perSecond, Func<long, HttpRequestMessage> request, HttpClient? client = null) =>
        new(client ?? gateway.Client, perSecond, request);

    public static HttpRequestMessage Request(RunningGateway gateway, HttpMethod method, long i)
    {
        var request = new HttpRequestMessage(method, new Uri(gateway.Proxy, $"/items/{i}"));
        request.Headers.Add("X-User-Id", $"user-{i % 1000}");
        return request;
    }

    /// <summary>Sends no more and waits for the answers that are still to come; returns how many came in all.</summary>
    public async Task<long> Stop()
    {
        await _stop.CancelAsync();
        await _running;
        return Answered;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    private async Task RunAsync(double perSecond)
    {
        List<Task> sent = [];
        long start = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            for (long due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond); sent.Count < due;)
                sent.Add(SendAsync(sent.Count));
            await Task.Delay(Tick, TimeProvider.System);
        }

        await Task.WhenAll(sent);
    }

    private async Task SendAsync(long i)
    {
        using HttpRequestMessage request = _request(i);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request);
            if (!response.IsSuccessStatusCode)
                _faults.Enqueue($"{request.Method} {i}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            _faults.Enqueue($"{request.Method} {i}: {error.Message} {error.InnerException?.Message}");
        }

        Interlocked.Increment(ref _answered);
    }
}
