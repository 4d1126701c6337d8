using System.Text.Json;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Tests.Keys;

public sealed class FileKeysTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly List<string> _errors = [];

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Next_Trace_RepeatsItsPatternAround()
    {
        IKeyGenerator keys = Keys("0.0,alice\n0.5,bob\n\n0.6,alice\n");

        Assert.Equal((2, "trace of 3 requests for 2 keys"), (keys.Count, keys.Description));
        Assert.Equal([0, 1, 0, 0, 1], Enumerable.Range(0, 5).Select(_ => keys.Next(new Random(1))));
    }

    [Fact]
    public void Read_NoFile_IsAnError()
    {
        KeyGenerators.All["file"](Section("""{ "file": "/no/such/trace" }"""));

        Assert.Equal(["file: there is no file \"/no/such/trace\""], _errors);
    }

    [Fact]
    public void Replay_Trace_StartsWhenItSays()
    {
        File.WriteAllText(_file, "10.0,a\n10.25,b\n11.0,a\n");

        Assert.Equal([0, 250_000_000, 1_000_000_000], ReplayArrivals.Read(Section(JsonSerializer.Serialize(new { file = _file })), "file"));
        Assert.Empty(_errors);
    }

    [Theory]
    [InlineData("1,a\nx,b\n", "line 2 of {0} does not begin with seconds: \"x,b\"")]
    [InlineData("1,a\n0.5,b\n", "line 2 of {0} is earlier than the one before it")]
    [InlineData("1,a\n", "{0} must hold at least two starts at different times")]
    public void Replay_FaultyTrace_IsAnError(string text, string error)
    {
        File.WriteAllText(_file, text);

        Assert.Empty(ReplayArrivals.Read(Section(JsonSerializer.Serialize(new { file = _file })), "file"));
        Assert.Equal(["file: " + error.Replace("{0}", _file)], _errors);
    }

    private IKeyGenerator Keys(string text)
    {
        File.WriteAllText(_file, text);
        return KeyGenerators.All["file"](Section(JsonSerializer.Serialize(new { file = _file })))();
    }

    private Section Section(string json) => new(JsonDocument.Parse(json).RootElement, "", _errors);
}
