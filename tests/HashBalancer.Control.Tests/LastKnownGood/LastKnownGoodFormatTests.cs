using System.Text;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

public sealed class LastKnownGoodFormatTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Write_IsReadBackWhole()
    {
        KnownPool[] pools =
        [
            new(new PoolDefinition("items", "web") { Datacenter = "dc2", Tags = ["v1", "blue"], OnlyPassing = true }, ulong.MaxValue,
                [new("a", "10.0.0.1", 80, 2.5, NodeState.Draining, "z1"), new("b", "::1", 65535)]),
            new(new PoolDefinition("users", "accounts"), 7, []),
        ];
        KnownAnnouncements announcements = new(9, [new("web", [new("/a"), new("/{**rest}", "b.example.org")], ["client-ip"]), new("w2", [], [])]);
        KnownFile file = LastKnownGoodFormat.Read(LastKnownGoodFormat.Write(Time, pools, announcements));
        Assert.Equal(Time, file.WrittenAt);
        Assert.Equal(9UL, file.Announcements!.Index);
        Assert.Equal(announcements.Announcements, file.Announcements.Announcements);
        IReadOnlyList<KnownPool> read = file.Pools;
        Assert.Equal(pools.Select(p => (p.Definition, p.Index)), read.Select(p => (p.Definition, p.Index)));
        Assert.Equal(pools.SelectMany(p => p.Nodes), read.SelectMany(p => p.Nodes));
    }

    [Fact]
    public void Write_OnePool_HasTheDocumentedForm() => Assert.Equal(
        """
        {
          "version": 1,
          "writtenAt": "2026-01-02T03:04:05+00:00",
          "pools": [
            {
              "definition": {
                "name": "items",
                "service": "web",
                "onlyPassing": false,
                "tags": []
              },
              "index": 7,
              "nodes": [
                {
                  "id": "a",
                  "host": "h",
                  "port": 80,
                  "weight": 1,
                  "state": "Up"
                }
              ]
            }
          ]
        }
        """, Encoding.UTF8.GetString(LastKnownGoodFormat.Write(Time, [new(new PoolDefinition("items", "web"), 7, [new("a", "h", 80)])])), ignoreLineEndingDifferences: true);

    [Theory]
    [InlineData("", "it is not valid JSON of this form")]
    [InlineData("{\"version\":1,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":[{", "it is not valid JSON of this form")]
    [InlineData("null", "it holds null")]
    [InlineData("[]", "it is not valid JSON of this form")]
    [InlineData("{}", "it is not valid JSON of this form")]
    [InlineData("{\"version\":2,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":[]}", "its version is 2; this program reads version 1")]
    [InlineData("{\"version\":1,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":null}", "it is not valid JSON of this form")]
    [InlineData("{\"version\":1,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":[null]}", "a pool is null")]
    [InlineData("{\"version\":1,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":[],\"announcements\":{\"index\":1,\"announcements\":[null]}}", "an announcement is not whole")]
    [InlineData("{\"version\":1,\"writtenAt\":\"2026-01-02T03:04:05Z\",\"pools\":[],\"announcements\":{\"index\":1,\"announcements\":[{\"service\":\"a\",\"routes\":[null],\"hashKeys\":[]}]}}", "an announcement is not whole")]
    public void Read_NotSuchAFile_SaysWhy(string text, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<InvalidDataException>(() => LastKnownGoodFormat.Read(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("null", "a node of pool 'items' is null")]
    [InlineData("""{"id":"","host":"h","port":80}""", "node '' of pool 'items': its id is empty; allowed are 1 to 255 characters, none of them a control character")]
    [InlineData("""{"id":"a","host":"h/x","port":80}""", "node 'a' of pool 'items': its address is 'h/x'; allowed are host names and IP addresses")]
    [InlineData("""{"id":"a","host":"unix:/x","port":80}""", "node 'a' of pool 'items': it has a Unix socket and the port 80; allowed is one of them")]
    [InlineData("""{"id":"a","host":"h","port":0}""", "node 'a' of pool 'items': its port is 0; allowed are 1 to 65535")]
    [InlineData("""{"id":"a","host":"h","port":80,"state":7}""", "node 'a' of pool 'items': its state is 7; allowed are Up, Draining, Down")]
    [InlineData("""{"id":"a","host":"h","port":80,"weight":-1}""", "Node 'a' of pool 'items' has weight -1; allowed are 0 to 1000. (Parameter 'nodes')")]
    [InlineData("""{"id":"a","host":"h","port":80},{"id":"a","host":"h","port":80}""", "Node 'a' stands twice in pool 'items'. (Parameter 'nodes')")]
    public void Read_NodeThatCannotBe_SaysWhich(string nodes, string reason) => Assert.Equal(reason, Assert.Throws<InvalidDataException>(() => LastKnownGoodFormat.Read(Encoding.UTF8.GetBytes(
        $$"""{"version":1,"writtenAt":"2026-01-02T03:04:05Z","pools":[{"definition":{"name":"items","service":"web"},"index":7,"nodes":[{{nodes}}]}]}"""))).Message);

    [Fact]
    public void Read_PoolThatCannotBe_SaysWhich() => Assert.Equal(
        "Pools:items:Service is empty; allowed are 1 to 255 characters, none of them a control character.",
        Assert.Throws<InvalidDataException>(() => LastKnownGoodFormat.Read(Encoding.UTF8.GetBytes(
            """{"version":1,"writtenAt":"2026-01-02T03:04:05Z","pools":[{"definition":{"name":"items","service":""},"index":7,"nodes":[]}]}"""))).Message);
}
