using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Processes;

/// <summary>A gateway in a process of its own, on free ports, and a client of it.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private static readonly string[] FreePorts =
        ["--HashBalancer:Proxy:Listen=127.0.0.1:0", "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0"];

    private RunningGateway(ChildProcess process, Uri proxy, Uri admin, Uri registry)
    {
        Process = process;
        Proxy = proxy;
        Admin = admin;
        Registry = registry;
    }

    public ChildProcess Process { get; }

    public Uri Proxy { get; }

    public Uri Admin { get; }

    public Uri Registry { get; }

    /// <summary>Where it speaks HTTP/2 without TLS; null when it was not told to.</summary>
    public Uri? Http2 { get; private init; }

    /// <summary>Where it speaks TLS; null when it was not told to.</summary>
    public Uri? Tls { get; private init; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 32 }) { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Starts <c>demo</c>, or <c>run</c>, and waits for its addresses. Later arguments win over the free ports.</summary>
    public static async Task<RunningGateway> Start(string command, params string[] arguments)
    {
        ChildProcess process = ChildProcess.StartGateway([command, "--until-stdin-closes", .. FreePorts, .. arguments]);
        try
        {
            // The registry's is the last line: when it is there, all are.
            Uri registry = Address(await process.LineAfter("registry "));
            return new RunningGateway(process, Address(await process.LineAfter("proxy ")), Address(await process.LineAfter("admin ")), registry)
            {
                Http2 = process.FindAfter("http2 ") is { } http2 ? Address(http2) : null,
                Tls = process.FindAfter("tls ") is { } tls ? Address(tls) : null,
            };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Who answers for a key.</summary>
    public async Task<string> NodeOf(string key)
    {
        using HttpResponseMessage response = await Get("/items/1", key);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("node").GetString()!;
    }

    /// <summary>Who answers for each key; null where nobody did.</summary>
    public async Task<Dictionary<string, string?>> NodesOf(IEnumerable<string> keys)
    {
        Dictionary<string, string?> nodes = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (key, stop) =>
        {
            using HttpResponseMessage response = await Get("/items/1", key);
            string? node = response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("node").GetString()
                : null;
            lock (nodes)
                nodes.Add(key, node);
        });
        return nodes;
    }

    public async Task<HttpResponseMessage> Get(string path, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Proxy, path));
        if (user is not null)
            request.Headers.Add("X-User-Id", user);
        return await Client.SendAsync(request);
    }

    /// <summary>Whether the readiness report says something.</summary>
    public async Task<bool> Ready(string text)
    {
        using HttpResponseMessage ready = await Client.GetAsync(new Uri(Admin, "/readyz"));
        return (await ready.Content.ReadAsStringAsync()).Contains(text, StringComparison.Ordinal);
    }

    /// <summary>Waits until so many nodes of the one pool serve.</summary>
    public Task NodesUp(int count) => Eventually.IsTrue(() => Ready($"\"up\": {count},"), $"{count} nodes are up", TimeSpan.FromSeconds(60));

    /// <summary>The sum of a metric's series that carry all of these labels; 0 when there is none.</summary>
    public async Task<double> Metric(string name, params string[] labels)
    {
        string text = await Client.GetStringAsync(new Uri(Admin, "/metrics"));
        return text.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    public Task<HttpResponseMessage> Put(string registryPath, object body) => Client.PutAsJsonAsync(new Uri(Registry, registryPath), body);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    private static Uri Address(string rest) => new(rest.Split(' ')[0]);
}
