using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>What holds for every endpoint: forms of answers, limits, bad input.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private RunningRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await RunningRegistry.StartAsync();

    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    [Fact]
    public async Task Answer_Pretty_IsIndentedByFourAndEndsWithANewline()
    {
        using HttpResponseMessage response = await _registry.GetAsync("/v1/catalog/datacenters?pretty");

        Assert.Equal("[\n    \"dc1\"\n]\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Answer_GzipAccepted_IsGzip()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/catalog/nodes");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "br, gzip");

        using HttpResponseMessage response = await _registry.Client.SendAsync(request);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Equal(["Accept-Encoding"], response.Headers.Vary);
        await using var unzipped = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using JsonDocument nodes = await JsonDocument.ParseAsync(unzipped);
        Assert.Equal("node-1", nodes.RootElement[0].GetProperty("Node").GetString());
    }

    [Fact]
    public async Task Answer_GzipRefused_IsPlain()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/catalog/nodes");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip;q=0");

        using HttpResponseMessage response = await _registry.Client.SendAsync(request);

        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Theory]
    [InlineData("/v1/agent/service/register")]
    [InlineData("/v1/agent/check/register")]
    [InlineData("/v1/catalog/register")]
    [InlineData("/v1/session/create")]
    public async Task Body_OverAMegabyte_Is413(string path)
    {
        using HttpResponseMessage response = await _registry.SendPutAsync(path, new string(' ', (1024 * 1024) + 1));

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Equal("Request body too large, max size: 1048576 bytes", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_ChunkedAndTooLarge_Is413()
    {
        using var content = new StreamContent(new MemoryStream(new byte[600 * 1024]));
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/kv/big") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using HttpResponseMessage response = await _registry.Client.SendAsync(request);

        Assert.Equal(413, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("""{"Name":"x","Check":{"GRPC":"127.0.0.1:1","Interval":"1s"}}""", "Invalid check: GRPC checks are not supported by this registry; TTL, HTTP and TCP checks are")]
    [InlineData("""{"Name":"x","Check":{"AliasService":"y"}}""", "Invalid check: Alias checks are not supported by this registry; TTL, HTTP and TCP checks are")]
    [InlineData("""{"Name":"x","Connect":{"Native":true}}""", "Invalid service: Connect belongs to the service mesh, which this registry does not serve")]
    [InlineData("""{"Name":"x","Proxy":{"DestinationServiceName":"y"}}""", "Invalid service: Proxy belongs to the service mesh, which this registry does not serve")]
    [InlineData("""{"Name":"x","Meta":{"":"v"}}""", "Invalid Service Meta: Couldn't load metadata pair ('', 'v'): Key cannot be blank")]
    [InlineData("""{"Name":"x","Check":{"TTL":"1s","OutputMaxSize":-1}}""", "Invalid check: MaxOutputMaxSize must be positive")]
    public async Task Registration_NotServed_SaysWhat(string body, string text)
    {
        using HttpResponseMessage response = await _registry.SendPutAsync("/v1/agent/service/register", body);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(text, await response.Content.ReadAsStringAsync());
        Assert.Equal(JsonValueKind.Object, (await _registry.GetJsonAsync("/v1/agent/services")).ValueKind);
        Assert.Empty((await _registry.GetJsonAsync("/v1/agent/services")).EnumerateObject());
    }

    [Fact]
    public async Task Registration_EmptyMeshMembers_AreAccepted() =>
        await _registry.PutAsync("/v1/agent/service/register", """{"Name":"x","Connect":{},"Proxy":null}""");

    [Fact]
    public async Task Update_LongOutput_IsCutWithARemark()
    {
        await _registry.PutAsync("/v1/agent/check/register", """{"Name":"c","TTL":"1m"}""");
        await _registry.PutAsync("/v1/agent/check/update/c", $$"""{"Status":"passing","Output":"{{new string('x', 5000)}}"}""");

        string? output = (await _registry.GetJsonAsync("/v1/agent/checks")).GetProperty("c").GetProperty("Output").GetString();

        Assert.Equal(new string('x', 4096) + " ... (captured 4096 of 5000 bytes)", output);
    }

    [Theory]
    [InlineData("/v1/kv/a?flags=18446744073709551616", "strconv.ParseUint: parsing \"18446744073709551616\": value out of range")]
    [InlineData("/v1/kv/a?cas=1&acquire=x%20y&release=", "Conflicting flags: acquire=x%20y&cas=1&release=")]
    public async Task KeyWrite_BadParameters_AreNamed(string path, string text)
    {
        using HttpResponseMessage response = await _registry.SendPutAsync(path, "v");

        Assert.Equal(text, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Namespace_Header_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/kv/a");
        request.Headers.Add("X-Consul-Namespace", "team");

        using HttpResponseMessage response = await _registry.Client.SendAsync(request);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(
            "Bad request: Invalid header: \"X-Consul-Namespace\" - Namespaces are a Consul Enterprise feature", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET /v1/kv/%zz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("GET /v1/kv/%E2%80%8B HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("GARBAGE\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400")]
    public async Task Request_Malformed_IsRefusedAndHarmsNobody(string request, string start)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_registry.Server.Address.Host, _registry.Server.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        byte[] buffer = new byte[1024];

        int read = await stream.ReadAsync(buffer);

        Assert.StartsWith(start, Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        await _registry.PutAsync("/v1/kv/b", "still here");
    }

    [Fact]
    public async Task WaitingQueries_BrokenOffByTheHundred_LeaveNothing()
    {
        const int Clients = 200;
        var clients = new List<TcpClient>();
        for (int i = 0; i < Clients; i++)
        {
            var client = new TcpClient();
            clients.Add(client);
            await client.ConnectAsync(_registry.Server.Address.Host, _registry.Server.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/kv/k{i}?index=99999&wait=10m HTTP/1.1\r\nHost: x\r\n\r\n"));
        }

        await Eventually.IsTrue(async () => await _registry.WaitingAsync() == Clients, "all queries wait");
        clients.ForEach(client => client.Dispose());

        await Eventually.IsTrue(async () => await _registry.WaitingAsync() == 0, "all queries are forgotten");
    }

    [Fact]
    public async Task Body_BrokenOff_WritesNothing()
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(_registry.Server.Address.Host, _registry.Server.Address.Port);
            await client.GetStream().WriteAsync("PUT /v1/kv/half HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart"u8.ToArray());
        }

        await _registry.PutAsync("/v1/kv/whole", "v");
        using HttpResponseMessage response = await _registry.GetAsync("/v1/kv/half");
        Assert.Equal(404, (int)response.StatusCode);
    }

    [Fact]
    public async Task CatalogRegister_CheckOfUnknownService_TakesTheNodeBack()
    {
        using HttpResponseMessage response = await _registry.SendPutAsync(
            "/v1/catalog/register", """{"Node":"ext","Address":"10.0.0.1","Check":{"CheckID":"c","Name":"c","ServiceID":"none"}}""");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(JsonValueKind.Null, (await _registry.GetJsonAsync("/v1/catalog/node/ext")).ValueKind);
    }

    [Fact]
    public async Task Services_SameIdOtherName_Moves()
    {
        await _registry.PutAsync("/v1/agent/service/register", """{"ID":"a","Name":"one"}""");
        await _registry.PutAsync("/v1/agent/service/register", """{"ID":"a","Name":"two"}""");

        Assert.Empty((await _registry.HealthAsync("one")).Entries);
        Assert.Single((await _registry.HealthAsync("two")).Entries);
    }

    [Theory]
    [InlineData("é", "%C3%A9")]
    [InlineData("a/b c?", "a%2Fb%20c%3F")]
    [InlineData("日本", "%E6%97%A5%E6%9C%AC")]
    public async Task Ids_OfAnyCharacters_AreFound(string id, string encoded)
    {
        await _registry.PutAsync("/v1/agent/service/register", JsonSerializer.Serialize(new Dictionary<string, string> { ["ID"] = id, ["Name"] = "n" }));

        Assert.Equal(id, (await _registry.GetJsonAsync($"/v1/agent/service/{encoded}")).GetProperty("ID").GetString());
        await _registry.PutAsync($"/v1/agent/service/deregister/{encoded}");
        Assert.Empty((await _registry.HealthAsync("n")).Entries);
    }
}
