using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Support;

/// <summary>A whole gateway in the test's process, on free ports, with the embedded registry and the demo's pool.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private GatewayUnderTest(GatewayServer server)
    {
        Server = server;
        Client = new HttpClient { BaseAddress = server.AdminAddress };
    }

    public GatewayServer Server { get; }

    /// <summary>A client of the admin server.</summary>
    public HttpClient Client { get; }

    public Uri Registry => new(Server.RegistryAddress);

    public static async Task<GatewayUnderTest> Start(params string[] settings)
    {
        var source = new ConfigurationSource([], MustExist: false, IsDemo: true,
            ["--HashBalancer:Proxy:Listen=127.0.0.1:0", "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0", "--Logging:LogLevel:Default=Error", .. settings]);
        (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await LoadedConfiguration.LoadAsync(source);
        Assert.True(loaded is not null, string.Join('\n', errors));
        return new GatewayUnderTest(await GatewayServer.StartAsync(loaded, TestContext.Current.CancellationToken));
    }

    /// <summary>Registers a node of the demo's service; nothing need listen there.</summary>
    public async Task Register(string id, int port, string extra = "")
    {
        using var body = new StringContent($$"""{"ID":"{{id}}","Name":"demo","Address":"127.0.0.1","Port":{{port}}{{extra}}}""");
        using HttpResponseMessage answer = await Client.PutAsync(new Uri(Registry, "/v1/agent/service/register"), body, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        await Eventually.IsTrue(
            () => Server.Snapshots.Current.Pools["demo"].Nodes.Any(node => node.Id == id), $"{id} is in the snapshot", TimeSpan.FromSeconds(30));
    }

    /// <summary>Asks the admin server: status and body.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Ask(HttpMethod method, string path, string? json = null, string? token = null)
    {
        using HttpResponseMessage answer = await Send(method, path, json, token);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, body.Length > 0 && body[0] is '{' or '[' ? JsonDocument.Parse(body).RootElement : default);
    }

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, string? json = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.StopAsync();
        await Server.DisposeAsync();
    }
}
