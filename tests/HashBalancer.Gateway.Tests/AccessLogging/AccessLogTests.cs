using System.Globalization;
using System.Net;
using System.Text.Json;
using HashBalancer.Gateway.AccessLogging;
using HashBalancer.Gateway.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Gateway.Tests.AccessLogging;

/// <summary>The log of every request.</summary>
public sealed class AccessLogTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Theory]
    [InlineData("Common", null, "192.0.2.7 - - [21/Nov/2026:22:00:00 +0000] \"GET /a\\\"b HTTP/1.1\" 200 5\n")]
    [InlineData("Combined", null, "192.0.2.7 - - [21/Nov/2026:22:00:00 +0000] \"GET /a\\\"b HTTP/1.1\" 200 5 \"-\" \"curl\\x0a\"\n")]
    [InlineData("Template", "{{{client}}} {method} {status} {node} {trace_id} {header:X-Id} {duration}", "{192.0.2.7} GET 200 - " + Trace + " 17 0.250000\n")]
    [InlineData("Json", null, """{"time":"2026-11-21T22:00:00+00:00","client":"192.0.2.7","method":"GET","target":"/a\"b","protocol":"HTTP/1.1","host":"example","status":200,"bytes":5,"durationSeconds":0.25,"userAgent":"curl\n","traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}""" + "\n")]
    public void Line_InEachFormat_IsAsItsReadersExpect(string format, string? template, string expected)
    {
        var line = new AccessLine(new AccessLogOptions { Format = Enum.Parse<AccessLogFormat>(format), Template = template });
        Assert.Equal(expected, line.Of(Entry(headers: ["17"])));
    }

    [Theory]
    [InlineData("{clinet}", "names 'clinet', which is not known. Did you mean 'client'? Allowed: ")]
    [InlineData("{client", "has a brace at 0 that nothing closes; write {{ for a brace.")]
    public void Template_Faulty_SaysWhatIsAllowed(string template, string fault) =>
        Assert.StartsWith(fault, LineTemplate.FaultOf(template), StringComparison.Ordinal);

    [Fact]
    public void File_Full_IsPutAsideAndTheOldestGoes()
    {
        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName, path = Path.Combine(folder, "access.log");
        using (var file = new RollingFile(path, mostBytes: 10, keep: 2))
        {
            foreach (string line in (string[])["one\n", "two\n", "three\n", "four\n", "five-and-long\n", "six\n"])
                file.Write(System.Text.Encoding.UTF8.GetBytes(line));
        }

        Assert.Equal(["access.log", "access.log.1", "access.log.2"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["six\n", "five-and-long\n", "four\n"], new[] { path, path + ".1", path + ".2" }.Select(File.ReadAllText));
    }

    [Fact]
    public void File_MovedAwayBySomebody_IsBegunAnew()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "access.log");
        using var file = new RollingFile(path, mostBytes: 0, keep: 2);
        file.Write("one\n"u8);
        File.Move(path, path + ".old");
        file.Write("two\n"u8);
        Assert.Equal(("one\n", "two\n"), (File.ReadAllText(path + ".old"), File.ReadAllText(path)));
    }

    [Fact]
    public async Task Queue_Full_DropsAndCountsWithoutWaiting()
    {
        using var release = new ManualResetEventSlim();
        await using var output = new HeldWriter(release);
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var log = new AccessLog(
            new AccessLogOptions { Format = AccessLogFormat.Common, QueueLength = 16 }, services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(),
            TimeProvider.System, NullLogger<AccessLog>.Instance, output);
        await log.StartAsync(TestContext.Current.CancellationToken);
        log.Add(Entry());
        await Eventually.IsTrue(() => output.IsHeld, "the writer is stuck", TimeSpan.FromSeconds(30));

        for (int i = 0; i < 100; i++)
            log.Add(Entry());
        Assert.Equal(84, log.Dropped);

        release.Set();
        await log.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(17, output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Gateway_WithJsonFile_LogsNodeReasonAndTrace()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "access.log");
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start("--HashBalancer:AccessLog:Format=Json", $"--HashBalancer:AccessLog:File={path}");
        await using WebNode node = await WebNode.Start("n-0", gateway);
        using var client = new HttpClient { BaseAddress = gateway.Server.ProxyAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/1?a=b");
        request.Headers.Add("X-User-Id", "alice");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-00");

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Eventually.IsTrue(() => File.Exists(path) && new FileInfo(path).Length > 0, "the line is written", TimeSpan.FromSeconds(30));
        JsonElement line = JsonDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(
            ("GET", "/items/1?a=b", 200, "demo", "n-0", "owner", 1, Trace),
            (line.GetProperty("method").GetString(), line.GetProperty("target").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("pool").GetString(),
                line.GetProperty("node").GetString(), line.GetProperty("reason").GetString(), line.GetProperty("tries").GetInt32(), line.GetProperty("traceId").GetString()));
        Assert.Equal(Trace, Assert.Single(node.Traces).Substring(3, 32));
    }

    private static AccessEntry Entry(string?[]? headers = null) => new()
    {
        At = DateTimeOffset.Parse("2026-11-21T22:00:00Z", CultureInfo.InvariantCulture),
        Duration = TimeSpan.FromMilliseconds(250),
        Client = IPAddress.Parse("192.0.2.7"),
        Method = "GET",
        Target = "/a\"b",
        Protocol = "HTTP/1.1",
        Host = "example",
        Status = 200,
        Bytes = 5,
        Referrer = null,
        UserAgent = "curl\n",
        Record = null,
        TraceId = Trace,
        Headers = headers ?? [],
    };

    /// <summary>Standard output that nobody reads for a while.</summary>
    private sealed class HeldWriter(ManualResetEventSlim release) : StringWriter(CultureInfo.InvariantCulture)
    {
        private volatile bool _isHeld;

        public bool IsHeld => _isHeld;

        public string Text => ToString();

        public override void Write(string? value)
        {
            _isHeld = true;
            release.Wait(TimeSpan.FromSeconds(60));
            base.Write(value);
        }
    }
}
