namespace HashBalancer.Control.Tests;

public sealed class AnnouncementParserTests
{
    [Theory]
    [InlineData("hashbalancer.route=/", null, "/")]
    [InlineData("hashbalancer.route=/items/{**rest}", null, "/items/{**rest}")]
    [InlineData("hashbalancer.route=API.example.org/v1/{id:int}", "api.example.org", "/v1/{id:int}")]
    [InlineData("HashBalancer-Route=*.example.org:8443/", "*.example.org:8443", "/")]
    [InlineData("hashbalancer_route=10.0.0.1/x", "10.0.0.1", "/x")]
    public void Parse_Route_HasHostAndPath(string tag, string? host, string path)
    {
        (ServiceAnnouncement? announcement, string[] warnings) = Parse("v1", tag);
        Assert.Equal(new ServiceAnnouncement("web", [new(path, host)], []), announcement);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("primary")]
    [InlineData("hashbalancer.route")]
    [InlineData("hashbalancer.weight=2")]
    [InlineData("nothashbalancer.route=/")]
    [InlineData(null)]
    public void Parse_NothingAnnounced_IsNull(string? tag)
    {
        (ServiceAnnouncement? announcement, string[] warnings) = Parse(tag!);
        Assert.Null(announcement);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("hashbalancer.route=", "has no path")]
    [InlineData("hashbalancer.route=api.example.org", "has no path")]
    [InlineData("hashbalancer.route=a b/", "has a host that is no host name")]
    [InlineData("hashbalancer.route=user@host/", "has a host that is no host name")]
    [InlineData("hashbalancer.route=host:0/", "has a host that is no host name")]
    [InlineData("hashbalancer.route=host:x/", "has a host that is no host name")]
    [InlineData("hashbalancer.route=*/", "has a host that is no host name")]
    public void Parse_MalformedRoute_IsLeftOutWithAWarning(string tag, string fault)
    {
        (ServiceAnnouncement? announcement, string[] warnings) = Parse(tag, "hashbalancer.route=/good");
        Assert.Equal([new AnnouncedRoute("/good")], announcement!.Routes);
        Assert.Equal([$"service 'web': tag '{tag}' {fault}; the form is [HOST]/PATH, such as /items/{{**rest}} or api.example.org/items/{{**rest}}. The route is left out"], warnings);
    }

    [Fact]
    public void Parse_SeveralRoutes_AreInOrderAndDistinct() => Assert.Equal(
        [new("/a"), new("/b"), new("/a", "x.org")],
        Parse("hashbalancer.route=x.org/a", "hashbalancer.route=/b", "hashbalancer.route=/a", "hashbalancer-route=/a").Announcement!.Routes);

    [Fact]
    public void Parse_HashKeys_KeepTheirOrder()
    {
        (ServiceAnnouncement? announcement, string[] warnings) = Parse("hashbalancer.hash-keys= header:X-User-Id, ,client-ip");
        Assert.Equal(new ServiceAnnouncement("web", [], ["header:X-User-Id", "client-ip"]), announcement);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Parse_TwoListsOfHashKeys_TheFirstInOrderIsUsedWithAWarning()
    {
        (ServiceAnnouncement? announcement, string[] warnings) = Parse("hashbalancer.hash-keys=path", "hashbalancer.hash-keys=client-ip");
        Assert.Equal(["client-ip"], announcement!.HashKeys);
        Assert.Equal(["service 'web': its instances name 2 lists of hash keys; 'client-ip' is used"], warnings);
    }

    private static (ServiceAnnouncement? Announcement, string[] Warnings) Parse(params string[] tags)
    {
        Warnings warnings = new();
        return (AnnouncementParser.Parse(new ServiceTags("web", tags), warnings), [.. warnings.Lines]);
    }
}
