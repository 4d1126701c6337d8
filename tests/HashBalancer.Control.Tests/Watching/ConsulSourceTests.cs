using System.Net;
using HashBalancer.Consul;
using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class ConsulSourceTests
{
    private const string OneInstance =
        """[{"Node":{"Node":"n1","Address":"10.0.0.9"},"Service":{"ID":"web-1","Service":"web","Address":"","Port":80,"Meta":null},"Checks":[]}]""";

    private static readonly PoolDefinition Pool = new("items", "web") { Datacenter = "dc2", Tags = ["v1", "blue"] };

    private readonly ScriptedHandler _http = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Watch_AnswersThenFailsThenIsRefused_GivesEachAsAnEvent()
    {
        _http.Reply(HttpStatusCode.OK, OneInstance, index: 12);
        _http.Break();
        _http.Reply(HttpStatusCode.Forbidden, "Permission denied");
        using ConsulClient client = Client();
        using CancellationTokenSource stop = new();
        await using IAsyncEnumerator<RegistryEvent<InstanceReading>> events = new ConsulSource(client, _time).Instances(Pool).Watch(stop.Token).GetAsyncEnumerator(stop.Token);

        Assert.True(await events.MoveNextAsync());
        RegistryEvent<InstanceReading>.Answer answer = Assert.IsType<RegistryEvent<InstanceReading>.Answer>(events.Current);
        Assert.Equal(("web-1", 12UL, false), (Assert.Single(answer.Entries).ServiceId, answer.Index, answer.IsDoubtful));

        Assert.True(await events.MoveNextAsync());
        RegistryEvent<InstanceReading>.Failure failure = Assert.IsType<RegistryEvent<InstanceReading>.Failure>(events.Current);
        Assert.Equal(QueryOutcome.Failed, failure.Outcome);
        Assert.Contains("Connection refused", failure.Error, StringComparison.Ordinal);

        ValueTask<bool> next = events.MoveNextAsync();
        await Eventually.IsTrue(() => { _time.Advance(TimeSpan.FromSeconds(5)); return next.IsCompleted; }, "the watch tries again");
        Assert.True(await next);
        failure = Assert.IsType<RegistryEvent<InstanceReading>.Failure>(events.Current);
        Assert.Equal(QueryOutcome.Refused, failure.Outcome);
        Assert.Contains("Permission denied", failure.Error, StringComparison.Ordinal);

        Assert.StartsWith("/v1/health/service/web?", _http.Asked.First(), StringComparison.Ordinal);
        Assert.All(["dc=dc2", "tag=v1", "tag=blue"], part => Assert.Contains(part, _http.Asked.First(), StringComparison.Ordinal));
        Assert.DoesNotContain("passing", _http.Asked.First(), StringComparison.Ordinal);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Read_Answered_GivesTheAnswer()
    {
        _http.Reply(HttpStatusCode.OK, OneInstance, index: 12);
        using ConsulClient client = Client();
        RegistryEvent<InstanceReading>.Answer answer = Assert.IsType<RegistryEvent<InstanceReading>.Answer>(await new ConsulSource(client, _time).Instances(Pool).Read(CancellationToken.None));
        Assert.Equal(12UL, answer.Index);
        Assert.DoesNotContain("index=", _http.Asked.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("stale", _http.Asked.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "No cluster leader", QueryOutcome.Failed)]
    [InlineData(HttpStatusCode.TooManyRequests, "", QueryOutcome.Failed)]
    [InlineData(HttpStatusCode.Forbidden, "ACL not found", QueryOutcome.Refused)]
    [InlineData(HttpStatusCode.BadRequest, "Missing service name", QueryOutcome.Refused)]
    [InlineData(HttpStatusCode.NotFound, "", QueryOutcome.Refused)]
    [InlineData(HttpStatusCode.OK, "{ not json", QueryOutcome.Failed)]
    internal async Task Read_NotAnswered_SaysHowItEnded(HttpStatusCode status, string body, QueryOutcome outcome)
    {
        _http.Reply(status, body, index: 12);
        using ConsulClient client = Client();
        Assert.Equal(outcome, Assert.IsType<RegistryEvent<InstanceReading>.Failure>(await new ConsulSource(client, _time).Instances(Pool).Read(CancellationToken.None)).Outcome);
    }

    private ConsulClient Client() => new(new ConsulClientOptions { Address = "http://registry:8500", Consistency = Consistency.Stale }, _http, _time);
}
