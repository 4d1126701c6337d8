namespace HashBalancer.Registry.Tests;

/// <summary>Blocking queries as a client meets them, on the registry or a real agent.</summary>
public sealed class BlockingLiveTests : IAsyncLifetime
{
    private LiveAgent _agent = null!;

    private string Mine => _agent.Name;

    public async ValueTask InitializeAsync() => _agent = await LiveAgent.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (RealAgent.IsUsed)
        {
            foreach (int i in Enumerable.Range(1, 3))
                await _agent.PutAsync($"/v1/agent/service/deregister/{Mine}-{i}");
            await _agent.SendAsync(HttpMethod.Delete, $"/v1/kv/{Mine}?recurse");
        }

        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Health_InstanceAdded_Wakes()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={index}&wait=30s");

        await RegisterAsync(2);

        LiveAnswer answer = await waiting;
        Assert.Equal([$"{Mine}-1", $"{Mine}-2"], answer.Ids);
        Assert.True(answer.Index > index);
    }

    [Fact]
    public async Task Health_InstanceChanged_WakesWithTheNewPort()
    {
        await RegisterAsync(1);
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={await IndexAsync()}&wait=30s");

        await RegisterAsync(1, port: 99);

        Assert.Equal(99, (await waiting).Json[0].GetProperty("Service").GetProperty("Port").GetInt32());
    }

    [Fact]
    public async Task Health_LastInstanceRemoved_WakesEmptyWithAHigherIndex()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={index}&wait=30s");

        await _agent.PutAsync($"/v1/agent/service/deregister/{Mine}-1");

        LiveAnswer answer = await waiting;
        Assert.Empty(answer.Ids);
        Assert.True(answer.Index > index);
    }

    [Fact]
    public async Task Health_AbsentServiceRegistered_Wakes()
    {
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={await IndexAsync()}&wait=30s");

        await RegisterAsync(1);

        Assert.Equal([$"{Mine}-1"], (await waiting).Ids);
    }

    [Fact]
    public async Task Health_ComesBackAfterExtinction_Wakes()
    {
        await RegisterAsync(1);
        await _agent.PutAsync($"/v1/agent/service/deregister/{Mine}-1");
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={await IndexAsync()}&wait=30s");

        await RegisterAsync(1);

        Assert.Equal([$"{Mine}-1"], (await waiting).Ids);
    }

    [Fact]
    public async Task Health_CheckFails_WakesAndPassingDropsTheInstance()
    {
        await RegisterAsync(1);
        await RegisterAsync(2);
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?passing&index={await IndexAsync()}&wait=30s");

        await _agent.PutAsync($"/v1/agent/check/fail/{Mine}-1-c");

        Assert.Equal([$"{Mine}-2"], (await waiting).Ids);
    }

    [Fact]
    public async Task Health_CheckRecovers_WakesAndPassingHasItAgain()
    {
        await RegisterAsync(1);
        await _agent.PutAsync($"/v1/agent/check/fail/{Mine}-1-c");
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?passing&index={await IndexAsync()}&wait=30s");

        await _agent.PutAsync($"/v1/agent/check/pass/{Mine}-1-c");

        Assert.Equal([$"{Mine}-1"], (await waiting).Ids);
    }

    [Fact]
    public async Task Health_ServiceMaintenance_WakesBothWays()
    {
        await RegisterAsync(1);
        Task<LiveAnswer> on = await _agent.WaitAsync($"/v1/health/service/{Mine}?passing&index={await IndexAsync()}&wait=30s");
        await _agent.PutAsync($"/v1/agent/service/maintenance/{Mine}-1?enable=true&reason=upgrade");
        LiveAnswer under = await on;
        Task<LiveAnswer> off = await _agent.WaitAsync($"/v1/health/service/{Mine}?passing&index={under.Index}&wait=30s");
        await _agent.PutAsync($"/v1/agent/service/maintenance/{Mine}-1?enable=false");

        Assert.Empty(under.Ids);
        Assert.Equal([$"{Mine}-1"], (await off).Ids);
    }

    [Fact]
    public async Task Health_OtherServiceAndEqualRegistrationAndOutput_DoNotWake()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/service/{Mine}?index={index}&wait=2s");

        await RegisterAsync(1);
        await _agent.PutAsync("/v1/agent/service/register", $$"""{"ID":"{{Mine}}-2","Name":"{{Mine}}-other"}""");
        await _agent.PutAsync($"/v1/agent/check/pass/{Mine}-1-c?note=again");

        Assert.False(waiting.IsCompleted);
        Assert.Equal(index, (await waiting).Index);
    }

    [Fact]
    public async Task Health_WaitIsOver_GivesTheSameAnswerAndIndex()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();

        LiveAnswer answer = await _agent.GetAsync($"/v1/health/service/{Mine}?index={index}&wait=500ms");

        Assert.Equal((200, index), (answer.Status, answer.Index));
        Assert.Equal([$"{Mine}-1"], answer.Ids);
    }

    [Fact]
    public async Task Health_IndexZero_AnswersAtOnceWhateverTheWait()
    {
        await RegisterAsync(1);
        Assert.Equal([$"{Mine}-1"], await _agent.IdsAsync($"{Mine}?index=0&wait=10m"));
    }

    [Fact]
    public async Task Health_OlderIndex_AnswersAtOnce()
    {
        await RegisterAsync(1);
        Assert.Equal([$"{Mine}-1"], await _agent.IdsAsync($"{Mine}?index=1&wait=10m"));
    }

    [Fact]
    public async Task Health_IndexFromTheFuture_WaitsInFullAndGivesTheRealOne()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();

        Assert.Equal(index, (await _agent.GetAsync($"/v1/health/service/{Mine}?index=18446744073709551615&wait=500ms")).Index);
    }

    [Fact]
    public async Task CatalogServices_InstanceOfAnyServiceAdded_Wakes()
    {
        ulong index = (await _agent.GetAsync("/v1/catalog/services")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/catalog/services?index={index}&wait=30s");

        await RegisterAsync(1);

        Assert.True((await waiting).Json.TryGetProperty(Mine, out _));
    }

    [Fact]
    public async Task HealthChecks_StatusOfTheService_Wakes()
    {
        await RegisterAsync(1);
        ulong index = (await _agent.GetAsync($"/v1/health/checks/{Mine}")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/health/checks/{Mine}?index={index}&wait=30s");

        await _agent.PutAsync($"/v1/agent/check/warn/{Mine}-1-c?note=hot");

        LiveAnswer answer = await waiting;
        Assert.Equal("warning", answer.Json[0].GetProperty("Status").GetString());
        Assert.Equal("hot", answer.Json[0].GetProperty("Output").GetString());
    }

    [Fact]
    public async Task ManyWaiters_OneChange_WakesThemAll()
    {
        await RegisterAsync(1);
        ulong index = await IndexAsync();
        var waiting = new List<Task<LiveAnswer>>();
        for (int i = 0; i < 50; i++)
            waiting.Add(await _agent.WaitAsync($"/v1/health/service/{Mine}?index={index}&wait=30s"));

        await RegisterAsync(2);

        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(2, answer.Ids.Count));
    }

    [Fact]
    public async Task Changes_FollowedByIndex_LoseNone()
    {
        const int Changes = 60;
        await RegisterAsync(1, port: 1);
        (ulong index, int seen) = (await IndexAsync(), 1);
        Task follower = Task.Run(async () =>
        {
            while (seen < Changes)
            {
                LiveAnswer answer = await _agent.GetAsync($"/v1/health/service/{Mine}?index={index}&wait=30s");
                Assert.True(answer.Index > index);
                int port = answer.Json[0].GetProperty("Service").GetProperty("Port").GetInt32();
                Assert.True(port >= seen, $"port {port} after {seen}");
                (index, seen) = (answer.Index, port);
            }
        });

        for (int port = 2; port <= Changes; port++)
            await RegisterAsync(1, port);

        await follower;
        Assert.Equal(Changes, seen);
    }

    [Fact]
    public async Task Key_Changed_WakesItsWaiterAndNotThatOfItsSibling()
    {
        await _agent.PutAsync($"/v1/kv/{Mine}/a", "1");
        await _agent.PutAsync($"/v1/kv/{Mine}/b", "1");
        ulong a = (await _agent.GetAsync($"/v1/kv/{Mine}/a")).Index, b = (await _agent.GetAsync($"/v1/kv/{Mine}/b")).Index;
        Task<LiveAnswer> onA = await _agent.WaitAsync($"/v1/kv/{Mine}/a?index={a}&wait=30s");
        Task<LiveAnswer> onB = await _agent.WaitAsync($"/v1/kv/{Mine}/b?index={b}&wait=1s");

        await _agent.PutAsync($"/v1/kv/{Mine}/a", "2");

        Assert.True((await onA).Index > a);
        Assert.Equal(b, (await onB).Index);
    }

    [Fact]
    public async Task Key_CreatedAndDeleted_WakesBoth()
    {
        LiveAnswer missing = await _agent.GetAsync($"/v1/kv/{Mine}/k");
        Task<LiveAnswer> creation = await _agent.WaitAsync($"/v1/kv/{Mine}/k?index={missing.Index}&wait=30s");
        await _agent.PutAsync($"/v1/kv/{Mine}/k", "born");
        LiveAnswer born = await creation;
        Task<LiveAnswer> deletion = await _agent.WaitAsync($"/v1/kv/{Mine}/k?index={born.Index}&wait=30s");
        await _agent.SendAsync(HttpMethod.Delete, $"/v1/kv/{Mine}/k");

        Assert.Equal((404, 200), (missing.Status, born.Status));
        Assert.Equal(404, (await deletion).Status);
    }

    [Fact]
    public async Task Prefix_KeyBelowWritten_WakesAndKeyBesideDoesNot()
    {
        await _agent.PutAsync($"/v1/kv/{Mine}/p/a", "1");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Mine}/p/?recurse")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/kv/{Mine}/p/?recurse&index={index}&wait=30s");

        await _agent.PutAsync($"/v1/kv/{Mine}/q", "1");
        Assert.False(waiting.IsCompleted);
        await _agent.PutAsync($"/v1/kv/{Mine}/p/b", "1");

        Assert.Equal(2, (await waiting).Json.GetArrayLength());
    }

    [Fact]
    public async Task Key_EqualWrite_DoesNotWake()
    {
        await _agent.PutAsync($"/v1/kv/{Mine}/k", "1");
        ulong index = (await _agent.GetAsync($"/v1/kv/{Mine}/k")).Index;
        Task<LiveAnswer> waiting = await _agent.WaitAsync($"/v1/kv/{Mine}/k?index={index}&wait=1s");

        await _agent.PutAsync($"/v1/kv/{Mine}/k", "1");

        Assert.Equal(index, (await waiting).Index);
    }

    private async Task<ulong> IndexAsync() => (await _agent.GetAsync($"/v1/health/service/{Mine}")).Index;

    private Task<string> RegisterAsync(int number, int port = 80) => _agent.PutAsync("/v1/agent/service/register", $$"""
        {"ID":"{{Mine}}-{{number}}","Name":"{{Mine}}","Port":{{port}},
         "Check":{"CheckID":"{{Mine}}-{{number}}-c","TTL":"10m","Status":"passing"} }
        """);
}
