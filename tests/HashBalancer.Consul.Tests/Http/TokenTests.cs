namespace HashBalancer.Consul.Tests.Http;

public sealed class TokenTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"hb-token-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task TokenFile_Changed_IsReadAgain()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]"));
        await File.WriteAllTextAsync(_file, "first\n");
        using ConsulClient client = Client(consul.Address);
        await client.Status.PeersAsync();
        await File.WriteAllTextAsync(_file, "the second\n".Replace(' ', '-'));
        await client.Status.PeersAsync();
        Assert.Equal(["first", "the-second"], consul.Seen.Select(r => r.Token));
    }

    [Fact]
    public async Task TokenFile_GoneOrBroken_LeavesTheLastTokenInForce()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]"));
        await File.WriteAllTextAsync(_file, "first");
        using ConsulClient client = Client(consul.Address);
        await client.Status.PeersAsync();
        await File.WriteAllTextAsync(_file, "two lines\nof text");
        await client.Status.PeersAsync();
        File.Delete(_file);
        await client.Status.PeersAsync();
        Assert.Equal(["first", "first", "first"], consul.Seen.Select(r => r.Token));
    }

    [Fact]
    public async Task TokenFile_NeverThere_FailsTheCallWithoutSendingIt()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]"));
        using ConsulClient client = Client(consul.Address);
        ConsulTokenException error = await Assert.ThrowsAsync<ConsulTokenException>(() => client.Status.PeersAsync());
        Assert.StartsWith($"The token file '{_file}' cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsConfiguration);
        Assert.Empty(consul.Seen);
        await File.WriteAllTextAsync(_file, "late");
        await client.Status.PeersAsync();
        Assert.Equal("late", consul.Seen[0].Token);
    }

    [Fact]
    public async Task QueryToken_GoesBeforeTheClients()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]", 1));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address, Token = "mine" });
        await client.Health.StateAsync("any", new QueryOptions { Token = "other" });
        Assert.Equal("other", consul.Seen[0].Token);
        Assert.DoesNotContain("other", consul.Seen[0].Target, StringComparison.Ordinal);
    }

    private ConsulClient Client(string address) => new(new ConsulClientOptions { Address = address, TokenFile = _file });
}
