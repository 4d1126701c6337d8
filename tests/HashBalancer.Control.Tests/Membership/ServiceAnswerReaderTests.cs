using System.Text;
using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control.Tests;

public sealed class ServiceAnswerReaderTests
{
    private static readonly PoolDefinition Pool = new("items", "web");
    private readonly ServiceAnswerReader _reader = new(Pool);

    [Fact]
    public void Read_FirstAnswer_ParsesEveryInstance()
    {
        Assert.Equal(["web-1", "web-2", "web-3"], Ids(Instance.Several(3)));
        Assert.Equal(3, _reader.Parsed);
    }

    [Fact]
    public void Read_SameAnswer_ParsesNothing()
    {
        IReadOnlyList<InstanceReading> first = _reader.Read(Json(Instance.Several(3))), second = _reader.Read(Json(Instance.Several(3)));
        Assert.Equal(0, _reader.Parsed);
        Assert.All(first.Zip(second), pair => Assert.Same(pair.First, pair.Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(49)]
    public void Read_OneInstanceChanged_ParsesItAlone(int at)
    {
        ServiceEntry[] entries = Instance.Several(50);
        _reader.Read(Json(entries));
        entries[at] = Instance.Of("changed", port: 9999);
        Assert.Equal(entries.Select(e => e.Service.ID), Ids(entries));
        Assert.Equal(1, _reader.Parsed);
        Assert.Equal(9999, _reader.Read(Json(entries))[at].Node!.Port);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(25, 1)]
    [InlineData(49, 1)]
    [InlineData(0, 50)]
    [InlineData(10, 30)]
    public void Read_InstancesLeft_ParsesNothing(int at, int count)
    {
        List<ServiceEntry> entries = [.. Instance.Several(50)];
        _reader.Read(Json([.. entries]));
        entries.RemoveRange(at, count);
        Assert.Equal(entries.Select(e => e.Service.ID), Ids([.. entries]));
        Assert.Equal(0, _reader.Parsed);
    }

    [Fact]
    public void Read_ScatteredChanges_ParsesThoseAlone()
    {
        ServiceEntry[] entries = Instance.Several(50);
        _reader.Read(Json(entries));
        entries[3] = Instance.Of("a");
        entries[20] = Instance.Of("b");
        entries[44] = Instance.Of("c");
        Assert.Equal(entries.Select(e => e.Service.ID), Ids(entries));
        Assert.Equal(3, _reader.Parsed);
    }

    [Fact]
    public void Read_OtherOrder_ParsesNothing()
    {
        ServiceEntry[] entries = Instance.Several(50);
        _reader.Read(Json(entries));
        Array.Reverse(entries);
        Assert.Equal(entries.Select(e => e.Service.ID), Ids(entries));
        Assert.Equal(0, _reader.Parsed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_AnyHistory_GivesWhatAFreshReaderGives(int seed)
    {
        Random random = new(seed);
        List<ServiceEntry> entries = [];
        bool indented = seed % 2 == 0;
        for (int step = 0; step < 150; step++)
        {
            for (int edits = random.Next(4); edits > 0; edits--)
                Edit(entries, random);
            if (random.Next(40) == 0)
                indented = !indented;
            byte[] body = Json(entries, indented);
            IReadOnlyList<InstanceReading> expected = new ServiceAnswerReader(Pool).Read(body);
            Assert.Equal(entries.Count, expected.Count);
            Assert.Equal(expected.Select(Shown), _reader.Read(body).Select(Shown));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData(" [ ] \n")]
    public void Read_Empty_HasNoInstances(string body)
    {
        Assert.Empty(_reader.Read(Encoding.UTF8.GetBytes(body)));
        _reader.Read(Json(Instance.Several(2)));
        Assert.Empty(_reader.Read(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(["web-1"], Ids(Instance.Several(1)));
    }

    [Fact]
    public void Read_NullsAmongInstances_AreNoNodes() =>
        Assert.Equal([null, null], _reader.Read("[null,null]"u8).Select(r => r.Node));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData(",")]
    [InlineData("[1]")]
    [InlineData("[{},]")]
    [InlineData("[,{}]")]
    [InlineData("[{}]x")]
    [InlineData("[{}][{}]")]
    [InlineData("[{\"Service\":{\"ID\":7}}]")]
    public void Read_NotAnArrayOfEntries_Throws(string body) =>
        Assert.ThrowsAny<JsonException>(() => _reader.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("[{E},{E},{E}", "truncated")]
    [InlineData("[{E},{E},,{E}]", "two commas")]
    [InlineData("[{E},{E} , , {E}]", "two commas apart")]
    [InlineData("[,{E},{E},{E}]", "a comma before the first")]
    [InlineData("[{E},{E},{E},]", "a comma after the last")]
    [InlineData("[{E},{E}{E}]", "no comma")]
    [InlineData("[{E},{E},\"{E},{E}]", "a string that swallows the rest")]
    [InlineData("[[{E},{E},{E}]", "an array in the array")]
    [InlineData("[{E},{E},{E}]]", "closed twice")]
    [InlineData("{E},{E},{E}]", "not opened")]
    public void Read_DamagedAfterAGoodAnswer_ThrowsAndTheNextIsReadWhole(string damaged, string what)
    {
        string entry = JsonSerializer.Serialize(Instance.Of("web-1"), ConsulJson.Default.ServiceEntry);
        byte[] good = Encoding.UTF8.GetBytes($"[{entry},{entry},{entry}]");
        _reader.Read(good);
        JsonException? thrown = Record.Exception(() => _reader.Read(Encoding.UTF8.GetBytes(damaged.Replace("{E}", entry, StringComparison.Ordinal)))) as JsonException;
        Assert.True(thrown is not null, what);
        Assert.Equal(3, _reader.Read(good).Count);
        Assert.Equal(3, _reader.Parsed);
    }

    private static void Edit(List<ServiceEntry> entries, Random random)
    {
        int at = random.Next(entries.Count + 1);
        switch (random.Next(5))
        {
            case 0 or 1:
                entries.Insert(at, Instance.Of($"web-{random.Next(12)}", port: 1 + random.Next(3)));
                break;
            case 2 when at < entries.Count:
                entries.RemoveAt(at);
                break;
            case 3 when at < entries.Count:
                entries[at] = Instance.Of($"we\"b]}},-{random.Next(12)}", address: new string('1', random.Next(20)), checks: Instance.Check("c", "warning"));
                break;
            case 4 when random.Next(20) == 0:
                entries.Clear();
                break;
        }
    }

    private static string Shown(InstanceReading reading) => $"{reading.ServiceId} {reading.ConsulNode} {reading.Node} {string.Join(';', reading.Warnings)}";

    private IEnumerable<string> Ids(ServiceEntry[] entries) => _reader.Read(Json(entries)).Select(r => r.ServiceId);

    private static byte[] Json(IReadOnlyList<ServiceEntry> entries, bool indented = false) => JsonSerializer.SerializeToUtf8Bytes(
        entries, new ConsulJson(new JsonSerializerOptions(ConsulJson.Default.Options) { WriteIndented = indented }).IReadOnlyListServiceEntry);
}
