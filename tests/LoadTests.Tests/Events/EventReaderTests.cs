using System.Text.Json;
using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Tests.Events;

public sealed class EventReaderTests
{
    public static TheoryData<string, string> Kinds => new()
    {
        { """{ "event": "kill", "at": "1s", "node": "node-1" }""", "node-1 is killed" },
        { """{ "event": "kill", "at": "1s", "node": "next", "restartAfter": "2s" }""", "the next node is killed and started again 2 s later" },
        { """{ "event": "start", "at": "1s", "node": "node-1" }""", "node-1 comes back" },
        { """{ "event": "join", "at": "1s" }""", "a further node joins" },
        { """{ "event": "leave", "at": "1s", "node": "node-1" }""", "node-1 leaves" },
        { """{ "event": "rolling-restart", "at": "1s", "pause": "3s" }""", "all nodes restart one after another, 3 s between" },
        { """{ "event": "drain", "at": "1s", "node": "node-1" }""", "node-1 is drained by the admin API" },
        { """{ "event": "undrain", "at": "1s", "node": "node-1" }""", "node-1 is undrained by the admin API" },
        { """{ "event": "slow", "at": "1s", "node": "node-1", "latency": "50ms", "for": "2s" }""", "between gateways and node-1: 50 ms later in each direction for 2 s" },
        { """{ "event": "fault", "at": "1s", "node": "node-1", "loss": 0.5, "resets": 0.01, "stall": true, "bandwidth": 1000, "for": "2s" }""",
        "between gateways and node-1: 50 % of connections lost, 1.0 % of answers reset, stalled, 1000 bytes/s for 2 s" },
        { """{ "event": "mix", "at": "1s", "weights": { "b": 2.5 } }""", "the steps' weights become 0, 2.5" },
        { """{ "event": "registry-outage", "at": "1s", "for": "2s" }""", "the registry is killed and comes back, empty, after 2 s" },
        { """{ "event": "kill-leader", "at": "1s", "restartAfter": "0s" }""", "the leading gateway is killed and started again 0 ms later" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_EachKind_SaysWhatHappens(string json, string description)
    {
        (ScenarioEvent? read, List<string> errors) = Read(json);

        Assert.Empty(errors);
        Assert.Equal((description, TimeSpan.FromSeconds(1), null), (read!.Action.Description, read.At, read.Every));
    }

    [Fact]
    public void Read_EveryKind_IsCovered()
    {
        IEnumerable<string?> covered = Kinds.Select(k => JsonDocument.Parse(k.Data.Item1).RootElement.GetProperty("event").GetString()).Distinct();

        Assert.Equal(EventKinds.All.Keys.Order(), covered.Order());
    }

    [Theory]
    [InlineData("""{ "event": "kil", "at": "1s" }""", "event: \"kil\" is none of drain, fault, join, kill, kill-leader, leave, mix, registry-outage, rolling-restart, slow, start, undrain (did you mean \"kill\"?)")]
    [InlineData("""{ "event": "kill", "at": "1s" }""", "node: is missing")]
    [InlineData("""{ "event": "fault", "at": "1s", "node": "node-1", "for": "1s" }""", "latency: nothing is wrong: give latency, loss, resets, stall or bandwidth")]
    [InlineData("""{ "event": "fault", "at": "1s", "node": "node-1", "for": "1s", "loss": 2 }""", "loss: 2 is not allowed; it must be a number from 0 to 1")]
    [InlineData("""{ "event": "mix", "at": "1s", "weights": { } }""", "weights: at least one must be above 0")]
    [InlineData("""{ "event": "mix", "at": "1s", "weights": { "c": 1, "a": 1 } }""", "weights.c: is no setting here; known are a, b")]
    [InlineData("""{ "event": "join", "at": "1s", "node": "node-5" }""", "node: is no setting here; known are at, event, every, name, settle")]
    public void Read_Fault_IsTold(string json, string error) => Assert.Contains(error, Read(json).Errors);

    private static (ScenarioEvent? Event, List<string> Errors) Read(string json)
    {
        var errors = new List<string>();
        using JsonDocument document = JsonDocument.Parse(json);
        return (EventReader.Read(new Section(document.RootElement, "", errors), ["a", "b"]), errors);
    }
}
