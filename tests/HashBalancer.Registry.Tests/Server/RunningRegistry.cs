using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Registry.Tests;

/// <summary>A real registry on a free port, with a client.</summary>
internal sealed class RunningRegistry : IAsyncDisposable
{
    private RunningRegistry(RegistryServer server)
    {
        Server = server;
        Client = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public RegistryServer Server { get; }

    public HttpClient Client { get; }

    public static RegistryOptions Options => new() { Listen = "127.0.0.1:0", NodeName = "node-1" };

    public static async Task<RunningRegistry> StartAsync(RegistryOptions? options = null, TimeProvider? time = null, Random? random = null)
    {
        var server = new RegistryServer(options ?? Options, time ?? TimeProvider.System, NullLoggerFactory.Instance, random);
        await server.StartAsync();
        return new RunningRegistry(server);
    }

    /// <summary>PUTs a text and expects 200.</summary>
    public async Task PutAsync(string path, string body = "")
    {
        using HttpResponseMessage response = await SendPutAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, $"PUT {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>PUTs a text and gives the JSON of the answer.</summary>
    public async Task<JsonElement> PutJsonAsync(string path, string body)
    {
        using HttpResponseMessage response = await SendPutAsync(path, body);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    public async Task<HttpResponseMessage> SendPutAsync(string path, string body = "")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        return await Client.PutAsync(new Uri(path, UriKind.Relative), content);
    }

    public async Task<HttpResponseMessage> GetAsync(string path) => await Client.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Asks health/service: the entries and the index.</summary>
    public async Task<(IReadOnlyList<ServiceEntry> Entries, ulong Index)> HealthAsync(string serviceAndQuery)
    {
        using HttpResponseMessage response = await GetAsync($"/v1/health/service/{serviceAndQuery}");
        response.EnsureSuccessStatusCode();
        IReadOnlyList<ServiceEntry>? entries = await response.Content.ReadFromJsonAsync(ConsulJson.Default.IReadOnlyListServiceEntry);
        return (entries!, IndexOf(response));
    }

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using HttpResponseMessage response = await GetAsync(path);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    /// <summary>How many blocking queries wait.</summary>
    public async Task<int> WaitingAsync() =>
        int.Parse((await GetJsonAsync("/v1/agent/self")).GetProperty("Stats").GetProperty("registry").GetProperty("waiting_queries").GetString()!);

    public static ulong IndexOf(HttpResponseMessage response) => ulong.Parse(response.Headers.GetValues("X-Consul-Index").Single());

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
