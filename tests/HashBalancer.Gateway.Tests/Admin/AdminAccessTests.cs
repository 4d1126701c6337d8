using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HashBalancer.Gateway.Tests.Support;

namespace HashBalancer.Gateway.Tests.Admin;

/// <summary>Who may ask the admin server, and what others are answered.</summary>
public sealed class AdminAccessTests
{
    private const string Token = "correct-horse-battery-staple";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_WrongMissingOrRight_GivesExactStatuses()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start($"--HashBalancer:Admin:Token={Token}");

        using HttpResponseMessage none = await gateway.Send(HttpMethod.Get, "/api/v1/pools");
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal("application/problem+json", none.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["Bearer", "Basic"], none.Headers.WwwAuthenticate.Select(way => way.Scheme));
        Assert.Equal(
            """{"title":"Unauthorized","status":401,"detail":"A token is needed: Authorization: Bearer TOKEN."}""", await none.Content.ReadAsStringAsync(Stop));
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: Token + "r")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Ask(HttpMethod.Get, "/metrics")).Status);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: Token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/metrics", token: Token)).Status);
        using var basic = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pools");
        basic.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{Token}")));
        using HttpResponseMessage byBrowser = await gateway.Client.SendAsync(basic, Stop);
        Assert.Equal(HttpStatusCode.OK, byBrowser.StatusCode);
    }

    [Fact]
    public async Task Token_WrongAgainAndAgain_MustWaitAlsoWithTheRightOne()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start($"--HashBalancer:Admin:Token={Token}");

        for (int i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: $"guess-number-{i}")).Status);
        using HttpResponseMessage refused = await gateway.Send(HttpMethod.Get, "/api/v1/pools", token: Token);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/healthz")).Status);
    }

    [Fact]
    public async Task TokenFile_Changed_CountsAtOnce()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "token");
        await File.WriteAllTextAsync(file, Token + "\n", Stop);
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start($"--HashBalancer:Admin:TokenFile={file}");

        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: Token)).Status);
        await File.WriteAllTextAsync(file, "another-token-altogether\n", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: Token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools", token: "another-token-altogether")).Status);
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/pools", null, 405, "/api/v1/pools takes no DELETE; allowed: GET.")]
    [InlineData("PATCH", "/api/v1/log-levels", "{}", 405, "/api/v1/log-levels takes no PATCH; allowed: DELETE, GET, PUT.")]
    [InlineData("GET", "/api/v1/nothing", null, 404, "There is nothing at /api/v1/nothing; /api/v1/openapi.json tells what there is.")]
    [InlineData("GET", "/api/v1/pools/other", null, 404, "There is no pool 'other'.")]
    [InlineData("GET", "/api/v1/pools/demo/nodes/n-9", null, 404, "Pool 'demo' has no node 'n-9'.")]
    [InlineData("PUT", "/api/v1/log-levels", "{\"category\": ", 400, "The body is malformed: ")]
    [InlineData("PUT", "/api/v1/log-levels", "null", 400, "The body is malformed: it is null")]
    [InlineData("PUT", "/api/v1/log-levels", "{\"category\":\"A\",\"level\":\"Debug\",\"more\":1}", 400, "The body is malformed: ")]
    [InlineData("PUT", "/api/v1/log-levels", "{\"category\":\"A\"}", 400, "The body is malformed: ")]
    [InlineData("PUT", "/api/v1/log-levels", "{\"category\":\"A\",\"level\":\"Loud\"}", 400, "level is 'Loud', but must be one of Trace, Debug, Information, Warning, Error, Critical, None.")]
    [InlineData("PUT", "/api/v1/log-levels", null, 415, "The body must be JSON: Content-Type: application/json.")]
    public async Task Request_ThatCannotBeServed_IsAnsweredWithItsStatusAndProblemJson(string method, string path, string? body, int status, string detail)
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();

        using HttpResponseMessage answer = await gateway.Send(new HttpMethod(method), path, body);

        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        JsonElement problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_LongerThanAnyOperatorWrites_IsRefusedWith413(bool isDeclared)
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/log-levels")
        {
            Content = new StringContent($$"""{"category":"{{new string('a', 70_000)}}","level":"Debug"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = !isDeclared;

        using HttpResponseMessage answer = await gateway.Client.SendAsync(request, Stop);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("http://evil.example:8090", null)]
    [InlineData(null, "https://evil.example")]
    public async Task Page_OfAnotherOrigin_IsRefusedWith403(string? host, string? origin)
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/configuration");
        if (host is not null)
            request.Headers.Host = new Uri(host).Authority;
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using HttpResponseMessage answer = await gateway.Client.SendAsync(request, Stop);

        Assert.Equal((HttpStatusCode.Forbidden, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public void Attempts_GoneWrong_WaitLongerEachTimeUpToAMinute()
    {
        var time = new HashBalancer.Testing.ManualTimeProvider();
        var attempts = new HashBalancer.Gateway.Admin.FailedAttempts(time);
        IPAddress address = IPAddress.Parse("192.0.2.1");
        List<double> waits = [];
        for (int i = 0; i < 14; i++)
        {
            attempts.Add(address);
            waits.Add(attempts.WaitOf(address).TotalSeconds);
        }

        Assert.Equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60], waits);
        Assert.Equal(TimeSpan.Zero, attempts.WaitOf(IPAddress.Parse("192.0.2.2")));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(TimeSpan.Zero, attempts.WaitOf(address));
        attempts.Clear(address);
        attempts.Add(address);
        Assert.Equal("0", attempts.WaitOf(address).TotalSeconds.ToString(CultureInfo.InvariantCulture));
    }
}
