using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Registry.Tests;

/// <summary>Access by token; what narrower tokens may do is in the replayed scenario 25-acl.</summary>
public sealed class TokenTests
{
    private const string Token = "the-token";

    [Theory]
    [InlineData("GET", "/v1/agent/self", 403, "Permission denied")]
    [InlineData("PUT", "/v1/kv/a", 403, "Permission denied")]
    [InlineData("GET", "/v1/kv/a", 403, "Permission denied")]
    [InlineData("PUT", "/v1/session/create", 403, "Permission denied")]
    [InlineData("GET", "/v1/catalog/nodes", 200, "[]")]
    [InlineData("GET", "/v1/health/service/consul", 200, "[]")]
    [InlineData("GET", "/v1/health/state/any", 200, "[]")]
    [InlineData("GET", "/v1/status/leader", 200, "\"127.0.0.1:8300\"")]
    public async Task NoToken_GetsEmptyListsAndRefusals(string method, string path, int status, string text)
    {
        await using RunningRegistry registry = await StartAsync();

        Assert.Equal((status, text), await SendAsync(registry, method, path, null));
    }

    [Theory]
    [InlineData("X-Consul-Token", Token, "")]
    [InlineData("Authorization", "Bearer " + Token, "")]
    [InlineData(null, null, "?token=" + Token)]
    public async Task Token_InEachPlace_Opens(string? header, string? value, string query)
    {
        await using RunningRegistry registry = await StartAsync();

        (int status, string text) = await SendAsync(registry, "PUT", "/v1/kv/a" + query, header is null ? null : (header, value!));

        Assert.Equal((200, "true"), (status, text));
    }

    [Fact]
    public async Task Token_Unknown_IsRefused()
    {
        await using RunningRegistry registry = await StartAsync();

        Assert.Equal((403, "ACL not found"), await SendAsync(registry, "GET", "/v1/kv/a", ("X-Consul-Token", "the-tokem")));
    }

    [Fact]
    public async Task TokenFile_FirstLine_IsTheToken()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Token + "\nsecond line\n", TestContext.Current.CancellationToken);
            RegistryOptions options = RunningRegistry.Options;
            options.TokenFile = file;
            await using RunningRegistry registry = await RunningRegistry.StartAsync(options);

            Assert.Equal(403, (await SendAsync(registry, "PUT", "/v1/kv/a", null)).Status);
            Assert.Equal(200, (await SendAsync(registry, "PUT", "/v1/kv/a", ("X-Consul-Token", Token))).Status);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task TokenFile_Empty_IsRefused()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "\n", TestContext.Current.CancellationToken);
            RegistryOptions options = RunningRegistry.Options;
            options.TokenFile = file;

            var error = Assert.Throws<ArgumentException>(() => new RegistryServer(options, TimeProvider.System, NullLoggerFactory.Instance));

            Assert.StartsWith($"TokenFile: '{file}' has no token in its first line", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Policy_Deleted_TokensAndRulesEndWithTheToken()
    {
        await using RunningRegistry registry = await StartAsync();
        registry.Client.DefaultRequestHeaders.Add("X-Consul-Token", Token);
        await registry.PutAsync("/v1/acl/policy", """{"Name":"p","Rules":"key_prefix \"\" { policy = \"write\" } key \"secret\" { policy = \"deny\" }"}""");
        System.Text.Json.JsonElement made = await registry.PutJsonAsync("/v1/acl/token", """{"Policies":[{"Name":"p"}]}""");
        registry.Client.DefaultRequestHeaders.Clear();
        string secret = made.GetProperty("SecretID").GetString()!;

        Assert.Equal(200, (await SendAsync(registry, "PUT", "/v1/kv/a", ("X-Consul-Token", secret))).Status);
        Assert.Equal(403, (await SendAsync(registry, "PUT", "/v1/kv/secret", ("X-Consul-Token", secret))).Status);
        Assert.Equal(403, (await SendAsync(registry, "DELETE", "/v1/kv/?recurse", ("X-Consul-Token", secret))).Status);
        Assert.Equal(200, (await SendAsync(registry, "DELETE", $"/v1/acl/token/{made.GetProperty("AccessorID").GetString()}", ("X-Consul-Token", Token))).Status);
        Assert.Equal((403, "ACL not found"), await SendAsync(registry, "PUT", "/v1/kv/a", ("X-Consul-Token", secret)));
    }

    [Theory]
    [InlineData("key \"a\" { policy = \"sometimes\" }", "Invalid key policy: \"sometimes\"")]
    [InlineData("door \"a\" { policy = \"read\" }", "Failed to parse ACL rules: unknown kind \"door\"")]
    [InlineData("key {", "Failed to parse ACL rules: at character 0: expected kind \"name\" { policy = \"…\" } or kind = \"…\"")]
    public void Rules_Malformed_AreRefused(string rules, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => AclRuleParser.Parse(rules)).Message);

    [Theory]
    [InlineData("web/a", true, true)]
    [InlineData("web/ro", false, true)]
    [InlineData("web/ro", true, false)]
    [InlineData("web/no/x", false, false)]
    [InlineData("other", false, false)]
    public void Authority_MostSpecificRule_Decides(string key, bool write, bool allowed)
    {
        Authority authority = Authority.Of(AclRuleParser.Parse(
            """key_prefix "web/" { policy = "write" } key "web/ro" { policy = "read" } key_prefix "web/no/" { policy = "deny" }"""));

        Assert.Equal(allowed, authority.Key(key, write ? Access.Write : Access.Read));
    }

    private static Task<RunningRegistry> StartAsync()
    {
        RegistryOptions options = RunningRegistry.Options;
        options.Token = Token;
        return RunningRegistry.StartAsync(options);
    }

    private static async Task<(int Status, string Text)> SendAsync(RunningRegistry registry, string method, string path, (string Name, string Value)? header)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "PUT")
            request.Content = new StringContent("");
        if (header is { } given)
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        using HttpResponseMessage response = await registry.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
