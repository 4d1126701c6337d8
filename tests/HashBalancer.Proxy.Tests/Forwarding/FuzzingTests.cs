using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Parties;
using HashBalancer.Fuzzing.Runs;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A short part of what loadtests/Fuzzing does for long: damaged responses and requests over real sockets, through the whole request path.</summary>
public sealed class FuzzingTests
{
    private const int Seed = 1;
    private const int Responses = 2500;
    private const int Requests = 1500;
    private const int Http2Responses = 1500;

    [Theory]
    [InlineData(nameof(IoThreads.IoUring))]
    [InlineData(nameof(IoThreads.Epoll))]
    [InlineData(nameof(IoThreads.Pool))]
    public Task Responses_Damaged_HarmNoOtherExchange(string io) =>
        AssertNothingFound(Responses, io, (settings, findings, outcomes) => new ResponseFuzz(settings, findings, outcomes));

    [Theory]
    [InlineData(nameof(IoThreads.IoUring))]
    [InlineData(nameof(IoThreads.Epoll))]
    [InlineData(nameof(IoThreads.Pool))]
    public Task Requests_Damaged_HarmNoOtherExchange(string io) =>
        AssertNothingFound(Requests, io, (settings, findings, outcomes) => new RequestFuzz(settings, findings, outcomes));

    [Theory]
    [InlineData(nameof(IoThreads.IoUring))]
    [InlineData(nameof(IoThreads.Epoll))]
    [InlineData(nameof(IoThreads.Pool))]
    public Task Http2Responses_Damaged_HarmNoOtherStream(string io) =>
        AssertNothingFound(Http2Responses, io, (settings, findings, outcomes) => new Http2ResponseFuzz(settings, findings, outcomes));

    private static async Task AssertNothingFound(int count, string io, Func<FuzzSettings, Findings, OutcomeCounts, IFuzz> kind)
    {
        var settings = new FuzzSettings(Seed, First: 0, Effort.Of(count), Workers: 64, Limit: TimeSpan.FromMinutes(10));
        // A node's time is long enough for a machine that has much else to do: only exchanges that never end may run into it.
        var options = new GatewayOptions(ForwardingMode.Auto, Enum.Parse<IoThreads>(io), NodeTimeout: TimeSpan.FromSeconds(15), ClientTimeout: TimeSpan.FromSeconds(3));

        FuzzResult result = await new FuzzRun(settings, options, TimeProvider.System, _ => { }).Run(kind, TestContext.Current.CancellationToken);

        Assert.True(result.FindingCount == 0, string.Join('\n', result.Findings));
        Assert.Equal(settings.Count, result.Exchanges);
    }
}
