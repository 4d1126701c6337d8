using HashBalancer.Testing;

namespace HashBalancer.Registry.Tests;

/// <summary>Checks that the agent runs itself, on the registry or a real agent.</summary>
public sealed class CheckLiveTests : IAsyncLifetime
{
    private readonly HealthFixture _fixture = new();
    private LiveAgent _agent = null!;

    private string Service => _agent.Name;

    public async ValueTask InitializeAsync()
    {
        _agent = await LiveAgent.StartAsync();
        _fixture.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.PutAsync($"/v1/agent/service/deregister/{Service}");
        await _agent.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Http_ServiceAnswers_PassesAndFailsWithIt()
    {
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/health","Interval":"1s"}""");
        await StatusBecomesAsync("passing");
        _fixture.Status = 500;
        await StatusBecomesAsync("critical");
        _fixture.Status = 429;
        await StatusBecomesAsync("warning");
        _fixture.Status = 200;
        await StatusBecomesAsync("passing");
    }

    [Fact]
    public async Task Http_NothingListens_IsCriticalAndRecovers()
    {
        await _fixture.CloseAsync();
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/health","Interval":"1s","Status":"passing"}""");
        await StatusBecomesAsync("critical");
        Assert.Contains("connection refused", (await CheckAsync()).GetProperty("Output").GetString(), StringComparison.Ordinal);
        _fixture.Open();
        await StatusBecomesAsync("passing");
    }

    [Fact]
    public async Task Http_SlowerThanItsTimeout_IsCritical()
    {
        _fixture.Delay = TimeSpan.FromSeconds(30);
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/health","Interval":"1s","Timeout":"200ms","Status":"passing"}""");
        await StatusBecomesAsync("critical");
        Assert.EndsWith(
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            (await CheckAsync()).GetProperty("Output").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_Request_IsWhatConsulSends()
    {
        await RegisterAsync($$"""
            {"HTTP":"http://127.0.0.1:{{_fixture.Port}}/health?x=1","Interval":"1s","Method":"PUT","Body":"ping","Header":{"X-Probe":["a"],"Host":["probe.example"]} }
            """);
        await StatusBecomesAsync("passing");

        string[] lines = _fixture.Requests[0].Split("\r\n");
        Assert.Equal("PUT /health?x=1 HTTP/1.1", lines[0]);
        Assert.Contains("Host: probe.example", lines);
        Assert.Contains("User-Agent: Consul Health Check", lines);
        Assert.Contains("Accept: text/plain, text/*, */*", lines);
        Assert.Contains("Accept-Encoding: gzip", lines);
        Assert.Contains("Connection: close", lines);
        Assert.Contains("X-Probe: a", lines);
        Assert.Contains("Content-Length: 4", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("traceparent", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Http_LongBody_IsCutToItsEnd()
    {
        _fixture.Body = new string('a', 5000) + "END";
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s"}""");
        await StatusBecomesAsync("passing");

        Assert.Equal(
            $"HTTP GET http://127.0.0.1:{_fixture.Port}/: 200 OK Output: {new string('a', 4093)}END",
            (await CheckAsync()).GetProperty("Output").GetString());
    }

    [Fact]
    public async Task Http_Thresholds_HoldTheStatusBack()
    {
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s","FailuresBeforeCritical":2}""");
        await StatusBecomesAsync("passing");
        int answered = _fixture.Requests.Count;
        _fixture.Status = 500;
        await StatusBecomesAsync("critical");
        Assert.True(_fixture.Requests.Count >= answered + 2, $"{_fixture.Requests.Count - answered} failures were enough");
    }

    [Fact]
    public async Task Tcp_PortOpensAndCloses_Follows()
    {
        await RegisterAsync($$"""{"TCP":"127.0.0.1:{{_fixture.Port}}","Interval":"1s"}""");
        await StatusBecomesAsync("passing");
        Assert.Equal($"TCP connect 127.0.0.1:{_fixture.Port}: Success", (await CheckAsync()).GetProperty("Output").GetString());
        await _fixture.CloseAsync();
        await StatusBecomesAsync("critical");
        Assert.Equal(
            $"dial tcp 127.0.0.1:{_fixture.Port}: connect: connection refused", (await AgentCheckAsync()).GetProperty("Output").GetString());
    }

    [Fact]
    public async Task Ttl_NotReported_ExpiresAndRecovers()
    {
        await RegisterAsync("""{"TTL":"1s","Status":"passing"}""");
        await StatusBecomesAsync("critical");
        Assert.Equal("TTL expired", (await CheckAsync()).GetProperty("Output").GetString());
        await _agent.PutAsync($"/v1/agent/check/pass/{Service}-c");
        Assert.Equal("passing", (await CheckAsync()).GetProperty("Status").GetString());
    }

    [Fact]
    public async Task Http_ServiceDeregistered_IsAskedNoMore()
    {
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s"}""");
        await StatusBecomesAsync("passing");

        await _agent.PutAsync($"/v1/agent/service/deregister/{Service}");
        int asked = _fixture.Requests.Count;
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);

        Assert.InRange(_fixture.Requests.Count, asked, asked + 1);
    }

    [Fact]
    public async Task Http_Redirect_IsFollowed()
    {
        _fixture.Status = 302;
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s","Status":"passing"}""");
        await StatusBecomesAsync("critical");

        Assert.Equal("Get \"/other\": stopped after 10 redirects", (await CheckAsync()).GetProperty("Output").GetString());
        Assert.Equal(10, _fixture.Requests.Take(10).Count());
        Assert.StartsWith("GET /other ", _fixture.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_SameIdTwiceInOneRegistration_TheLastOneRuns()
    {
        await _agent.PutAsync("/v1/agent/service/register", $$"""
            {"Name":"{{Service}}","Checks":[{"CheckID":"{{Service}}-c","HTTP":"http://127.0.0.1:{{_fixture.Port}}/first","Interval":"1s"},
                                            {"CheckID":"{{Service}}-c","HTTP":"http://127.0.0.1:{{_fixture.Port}}/last","Interval":"1s"}]}
            """);
        await StatusBecomesAsync("passing");

        Assert.All(_fixture.Requests, request => Assert.StartsWith("GET /last ", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Checks_OfAbsurdLengthsAndMethods_AreTakenAndHarmNobody()
    {
        await RegisterAsync("""{"TTL":"2000000h","Status":"passing"}""");
        await StatusBecomesAsync("passing");
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"2000000h","Timeout":"2000000h"}""");
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s","Method":"NO METHOD","OutputMaxSize":2147483647,"Status":"passing"}""");
        await StatusBecomesAsync("critical");
        await RegisterAsync($$"""{"HTTP":"no url","Interval":"1s"}""");
        await RegisterAsync($$"""{"TCP":"no port","Interval":"1s"}""");
        await RegisterAsync($$"""{"HTTP":"http://127.0.0.1:{{_fixture.Port}}/","Interval":"1s"}""");
        await StatusBecomesAsync("passing");
    }

    private Task StatusBecomesAsync(string status) =>
        Eventually.IsTrue(async () => (await CheckAsync()).GetProperty("Status").GetString() == status, $"the check is {status}");

    private async Task<System.Text.Json.JsonElement> CheckAsync() => (await _agent.GetAsync($"/v1/health/checks/{Service}")).Json[0];

    private async Task<System.Text.Json.JsonElement> AgentCheckAsync() => (await _agent.GetAsync("/v1/agent/checks")).Json.GetProperty($"{Service}-c");

    private Task<string> RegisterAsync(string check) => _agent.PutAsync(
        "/v1/agent/service/register", $$"""{"Name":"{{Service}}","Check":{"CheckID":"{{Service}}-c",{{check.Trim()[1..]}} }""");
}
