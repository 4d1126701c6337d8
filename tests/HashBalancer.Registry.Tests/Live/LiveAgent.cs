using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HashBalancer.Consul.Models;
using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>An agent to test live: a registry of its own on a free port, or the real agent that the environment names.</summary>
internal sealed class LiveAgent : IAsyncDisposable
{
    private readonly RunningRegistry? _registry;
    private readonly HttpClient _client;

    private LiveAgent(RunningRegistry? registry, Uri address)
    {
        _registry = registry;
        Address = address;
        _client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public Uri Address { get; }

    /// <summary>A name nobody else uses: a real agent is shared by all tests.</summary>
    public string Name { get; } = "t-" + Guid.NewGuid().ToString("N")[..10];

    public static async Task<LiveAgent> StartAsync()
    {
        if (RealAgent.Address is { } address)
            return new LiveAgent(null, address);
        RunningRegistry registry = await RunningRegistry.StartAsync();
        return new LiveAgent(registry, registry.Server.Address);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body = "")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (method != HttpMethod.Get)
            request.Content = new StringContent(body, Encoding.UTF8);
        return await _client.SendAsync(request);
    }

    /// <summary>PUTs a text, expects 200 and gives the answer's text.</summary>
    public async Task<string> PutAsync(string path, string body = "")
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Put, path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, $"PUT {path}: {(int)response.StatusCode} {text}");
        return text;
    }

    /// <summary>GETs, and gives status, index and JSON (or null when the body is none).</summary>
    public async Task<LiveAnswer> GetAsync(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        string text = await response.Content.ReadAsStringAsync();
        ulong index = response.Headers.TryGetValues("X-Consul-Index", out IEnumerable<string>? values) ? ulong.Parse(values.Single()) : 0;
        JsonElement json = response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonDocument.Parse(text).RootElement : default;
        return new LiveAnswer((int)response.StatusCode, index, json, text);
    }

    /// <summary>Starts a GET that is to wait, and lets it arrive.</summary>
    public async Task<Task<LiveAnswer>> WaitAsync(string path)
    {
        int before = await WaitingAsync();
        Task<LiveAnswer> waiting = GetAsync(path);
        if (_registry is null)
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        else
            await Eventually.IsTrue(async () => waiting.IsCompleted || await WaitingAsync() > before, $"{path} waits");
        return waiting;
    }

    /// <summary>The ids of the instances a health query gives.</summary>
    public async Task<IReadOnlyList<string>> IdsAsync(string serviceAndQuery) => (await GetAsync($"/v1/health/service/{serviceAndQuery}")).Ids;

    public async Task<string> NewSessionAsync(string body = """{"LockDelay":"0s"}""")
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Put, "/v1/session/create", body);
        return (await response.Content.ReadFromJsonAsync(ConsulJson.Default.SessionCreated))!.ID;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_registry is not null)
            await _registry.DisposeAsync();
    }

    private async Task<int> WaitingAsync()
    {
        if (_registry is null)
            return 0;
        LiveAnswer self = await GetAsync("/v1/agent/self");
        return int.Parse(self.Json.GetProperty("Stats").GetProperty("registry").GetProperty("waiting_queries").GetString()!);
    }
}

/// <summary>An answer as tests look at it.</summary>
internal sealed record LiveAnswer(int Status, ulong Index, JsonElement Json, string Text)
{
    public IReadOnlyList<string> Ids => [.. Json.EnumerateArray().Select(entry => entry.GetProperty("Service").GetProperty("ID").GetString()!)];
}
