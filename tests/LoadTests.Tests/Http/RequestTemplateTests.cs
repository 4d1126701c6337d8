using System.Text;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Keys;

namespace HashBalancer.LoadTests.Tests.Http;

public sealed class RequestTemplateTests
{
    private static readonly KeyFormat Keys = new("user-");

    [Fact]
    public void Write_KeyInPathHeaderAndBody_FillsEveryGap()
    {
        var template = new RequestTemplate(
            "PUT", "/a/{key}/b/{key}", "h:1", [KeyValuePair.Create("X-User-Id", "<{key}>")], "{\"id\":\"{key}\"}", Keys);

        Assert.Equal(
            "PUT /a/user-42/b/user-42 HTTP/1.1\r\nHost: h:1\r\nX-User-Id: <user-42>\r\nContent-Length: 16\r\n\r\n{\"id\":\"user-42\"}",
            Text(template, 42));
    }

    [Fact]
    public void Write_NoBody_HasNoLength() =>
        Assert.Equal("GET / HTTP/1.1\r\nHost: h:1\r\n\r\n", Text(new RequestTemplate("GET", "/", "h:1", [], body: null, Keys), 1));

    [Fact]
    public void Write_EmptyBody_HasLengthZero() =>
        Assert.Equal("POST / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n", Text(new RequestTemplate("POST", "/", "h:1", [], "", Keys), 1));

    [Fact]
    public void Write_HostOfTheScenario_ReplacesTheAddress() =>
        Assert.Equal("GET / HTTP/1.1\r\nhost: example.org\r\n\r\n",
            Text(new RequestTemplate("GET", "/", "h:1", [KeyValuePair.Create("host", "example.org")], body: null, Keys), 1));

    [Fact]
    public void Write_LongestKey_FitsTheStatedLength()
    {
        var template = new RequestTemplate("PUT", "/{key}{key}", "h", [KeyValuePair.Create("A", "{key}")], "{key}{key}{key}", Keys);

        Assert.InRange(Encoding.UTF8.GetByteCount(Text(template, long.MaxValue)), 1, template.MaxLength);
    }

    private static string Text(RequestTemplate template, long key)
    {
        byte[] bytes = new byte[template.MaxLength];
        return Encoding.UTF8.GetString(bytes, 0, template.Write(key, bytes));
    }
}
