namespace HashBalancer.Registry.Tests;

/// <summary>Sessions, locks and transactions as a client meets them, on the registry or a real agent.</summary>
public sealed class LockLiveTests : IAsyncLifetime
{
    private LiveAgent _agent = null!;

    private string Key => $"{_agent.Name}/lock";

    public async ValueTask InitializeAsync() => _agent = await LiveAgent.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (RealAgent.IsUsed)
        {
            await _agent.PutAsync($"/v1/agent/service/deregister/{_agent.Name}");
            await _agent.SendAsync(HttpMethod.Delete, $"/v1/kv/{_agent.Name}?recurse");
        }

        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Acquire_ManyAtOnce_ExactlyOneHolds()
    {
        string[] sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _agent.NewSessionAsync()));

        string[] answers = await Task.WhenAll(sessions.Select(session => _agent.PutAsync($"/v1/kv/{Key}?acquire={session}", session)));

        string holder = sessions[Array.FindIndex(answers, IsTrue)];
        Assert.Single(answers, IsTrue);
        Assert.Equal(holder, await HolderAsync());
    }

    [Fact]
    public async Task Release_ByTheHolder_LetsAnotherInAtOnce()
    {
        string one = await _agent.NewSessionAsync("""{"LockDelay":"15s"}"""), two = await _agent.NewSessionAsync();
        Assert.True(IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?acquire={one}", "1")));

        Assert.False(IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?release={two}", "2")));
        Assert.True(IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?release={one}", "")));
        Assert.True(IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?acquire={two}", "2")));

        Assert.Equal(two, await HolderAsync());
    }

    [Fact]
    public async Task Destroy_OfTheHolder_WakesTheWatcherAndStartsTheLockDelay()
    {
        string one = await _agent.NewSessionAsync("""{"LockDelay":"1s"}"""), two = await _agent.NewSessionAsync();
        await _agent.PutAsync($"/v1/kv/{Key}?acquire={one}", "1");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Key}")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/kv/{Key}?index={index}&wait=30s");

        await _agent.PutAsync($"/v1/session/destroy/{one}");

        Assert.False((await waiting).Json[0].TryGetProperty("Session", out _));
        Assert.False(IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?acquire={two}", "2")));
        await HashBalancer.Testing.Eventually.IsTrue(
            async () => IsTrue(await _agent.PutAsync($"/v1/kv/{Key}?acquire={two}", "2")), "the lock is free after its delay");
    }

    [Fact]
    public async Task Destroy_BehaviourDelete_TakesTheKey()
    {
        string session = await _agent.NewSessionAsync("""{"Behavior":"delete","LockDelay":"0s"}""");
        await _agent.PutAsync($"/v1/kv/{Key}?acquire={session}", "1");

        await _agent.PutAsync($"/v1/session/destroy/{session}");

        Assert.Equal(404, (await _agent.GetAsync($"/v1/kv/{Key}")).Status);
    }

    [Fact]
    public async Task Check_OfTheHolderFails_ReleasesItsLock()
    {
        await RegisterAsync();
        string session = await _agent.NewSessionAsync($$"""{"NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"{{_agent.Name}}-c"}],"LockDelay":"0s"}""");
        await _agent.PutAsync($"/v1/kv/{Key}?acquire={session}", "1");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Key}")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/kv/{Key}?index={index}&wait=30s");

        await _agent.PutAsync($"/v1/agent/check/fail/{_agent.Name}-c");

        Assert.False((await waiting).Json[0].TryGetProperty("Session", out _));
        Assert.Equal(0, (await _agent.GetAsync($"/v1/session/info/{session}")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Service_OfTheHolderDeregistered_ReleasesItsLock()
    {
        await RegisterAsync();
        string session = await _agent.NewSessionAsync($$"""{"Checks":["{{_agent.Name}}-c"],"LockDelay":"0s"}""");
        await _agent.PutAsync($"/v1/kv/{Key}?acquire={session}", "1");

        await _agent.PutAsync($"/v1/agent/service/deregister/{_agent.Name}");

        Assert.Null(await HolderAsync());
    }

    [Fact]
    public async Task Session_Created_IsListedUntilDestroyed()
    {
        string session = await _agent.NewSessionAsync($$"""{"Name":"{{_agent.Name}}","TTL":"30s"}""");
        Assert.Contains(session, (await _agent.GetAsync("/v1/session/list")).Text, StringComparison.Ordinal);
        Assert.Contains(session, await _agent.PutAsync($"/v1/session/renew/{session}"), StringComparison.Ordinal);

        await _agent.PutAsync($"/v1/session/destroy/{session}");

        Assert.DoesNotContain(session, (await _agent.GetAsync("/v1/session/list")).Text, StringComparison.Ordinal);
        using HttpResponseMessage renewed = await _agent.SendAsync(HttpMethod.Put, $"/v1/session/renew/{session}");
        Assert.Equal(404, (int)renewed.StatusCode);
    }

    [Fact]
    public async Task CheckAndSet_ManyAtOnce_ExactlyOneWins()
    {
        await _agent.PutAsync($"/v1/kv/{Key}", "0");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Key}")).Json[0].GetProperty("ModifyIndex").GetUInt64();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _agent.PutAsync($"/v1/kv/{Key}?cas={index}", $"{i + 1}")));

        Assert.Single(answers, IsTrue);
        Assert.Equal($"{Array.FindIndex(answers, IsTrue) + 1}", (await _agent.GetAsync($"/v1/kv/{Key}?raw")).Text);
    }

    [Fact]
    public async Task Transaction_OneOperationFails_ChangesNothing()
    {
        await _agent.PutAsync($"/v1/kv/{Key}", "before");

        using HttpResponseMessage response = await _agent.SendAsync(HttpMethod.Put, "/v1/txn", $$"""
            [{"KV":{"Verb":"set","Key":"{{Key}}","Value":"YWZ0ZXI="} },
             {"KV":{"Verb":"set","Key":"{{Key}}/new","Value":"YWZ0ZXI="} },
             {"KV":{"Verb":"check-not-exists","Key":"{{Key}}"} }]
            """);

        Assert.Equal(409, (int)response.StatusCode);
        Assert.Equal("before", (await _agent.GetAsync($"/v1/kv/{Key}?raw")).Text);
        Assert.Equal(404, (await _agent.GetAsync($"/v1/kv/{Key}/new")).Status);
    }

    [Fact]
    public async Task Transaction_Succeeds_GivesAllOneIndexAndWakesOnce()
    {
        await _agent.PutAsync($"/v1/kv/{Key}/a", "0");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Key}/?recurse")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/kv/{Key}/?recurse&index={index}&wait=30s");

        await _agent.PutAsync("/v1/txn", $$"""
            [{"KV":{"Verb":"set","Key":"{{Key}}/a","Value":"MQ=="} }, {"KV":{"Verb":"set","Key":"{{Key}}/b","Value":"MQ=="} }]
            """);

        LiveAnswer answer = await waiting;
        Assert.Equal(2, answer.Json.GetArrayLength());
        Assert.All(answer.Json.EnumerateArray(), pair => Assert.Equal(answer.Index, pair.GetProperty("ModifyIndex").GetUInt64()));
    }

    private static bool IsTrue(string answer) => answer.Trim() == "true";

    private async Task<string?> HolderAsync() =>
        (await _agent.GetAsync($"/v1/kv/{Key}")).Json[0].TryGetProperty("Session", out System.Text.Json.JsonElement session) ? session.GetString() : null;

    private Task<string> RegisterAsync() => _agent.PutAsync(
        "/v1/agent/service/register", $$"""{"Name":"{{_agent.Name}}","Check":{"CheckID":"{{_agent.Name}}-c","TTL":"10m","Status":"passing"} }""");
}
