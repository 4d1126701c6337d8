using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HashBalancer.Registry.Tests;

/// <summary>One exchange whose answer differs from the recorded one.</summary>
/// <param name="Position">Position among the scenario's entries, from 0.</param>
/// <param name="Request">Method and path as recorded.</param>
/// <param name="Label">What the recording says about it.</param>
/// <param name="Differences">Where it differs.</param>
internal sealed record Deviation(int Position, string Request, string Label, IReadOnlyList<Difference> Differences)
{
    public override string ToString() =>
        $"[{Position}] {Request} {Label}{string.Concat(Differences.Take(6).Select(difference => $"{Environment.NewLine}      {difference}"))}";
}

/// <summary>Plays one scenario against an agent and compares every answer.</summary>
/// <param name="scenario">The recording.</param>
/// <param name="address">The agent.</param>
/// <param name="fixture">What its checks look at.</param>
/// <param name="time">The agent's clock: sleeps and elapsed times are counted on it.</param>
internal sealed partial class RecordingPlayer(JsonObject scenario, Uri address, HealthFixture fixture, TimeProvider time) : IDisposable
{
    /// <summary>How far the time an answer took may be from the recorded one.</summary>
    private const double ElapsedSlack = 600, ElapsedSlackPart = 0.08;

    /// <summary>The head start of a request that is to wait.</summary>
    private static readonly TimeSpan WaiterHeadStart = TimeSpan.FromMilliseconds(300);

    private readonly RawClient _client = new(address);
    private readonly Dictionary<string, string> _captured = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _waiting = new(StringComparer.Ordinal);
    private readonly List<Deviation> _deviations = [];

    /// <summary>Exchanges played so far.</summary>
    public int Played { get; private set; }

    public async Task<IReadOnlyList<Deviation>> PlayAsync()
    {
        JsonArray entries = scenario["exchanges"]!.AsArray();
        for (int i = 0; i < entries.Count; i++)
        {
            JsonObject entry = entries[i]!.AsObject();
            if (entry["fixture"] is JsonObject state)
                await SetFixtureAsync(state.First().Value!);
            if ((entry["delay_before_ms"] ?? entry["sleep_ms"]) is { } pause)
                await Task.Delay(TimeSpan.FromMilliseconds(pause.GetValue<double>()), time);
            int position = i;
            if (entry["join"] is { } join)
            {
                await _waiting[join.GetValue<string>()];
            }
            else if (entry["async"] is { } waiter)
            {
                _waiting[waiter.GetValue<string>()] = Task.Run(() => ExchangeAsync(position, entry));
                await Task.Delay(WaiterHeadStart, TimeProvider.System);
            }
            else if (entry["request"] is not null)
            {
                await ExchangeAsync(position, entry);
            }
        }

        return [.. _deviations.OrderBy(deviation => deviation.Position)];
    }

    public void Dispose() => _client.Dispose();

    private async Task SetFixtureAsync(JsonNode state)
    {
        if (state is JsonValue)
        {
            await fixture.CloseAsync();
            return;
        }

        fixture.Status = state["code"]?.GetValue<int>() ?? fixture.Status;
        fixture.Body = state["body"]?.GetValue<string>() ?? fixture.Body;
        if (state["delay"] is { } delay)
            fixture.Delay = TimeSpan.FromSeconds(delay.GetValue<double>());
        fixture.Open();
    }

    private async Task ExchangeAsync(int position, JsonObject entry)
    {
        JsonNode request = entry["request"]!, recorded = entry["response"]!;
        string method = request["method"]!.GetValue<string>(), path = request["path"]!.GetValue<string>();
        long start = time.GetTimestamp();
        RawAnswer answer = await _client.SendAsync(
            method, Fill(path), Filled(request["headers"]) as JsonObject, BodyOf(request["body"]));
        double elapsed = time.GetElapsedTime(start).TotalMilliseconds;
        var ignored = (entry["volatile"]?.AsArray() ?? []).Select(pointer => pointer!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        ignored.Add("/response/headers/X-Consul-Index");
        var diff = new JsonDiff(ignored);
        JsonObject answered = answer.ToJson();
        JsonObject expected = Expected(recorded);
        if (expected["body_kind"]!.GetValue<string>() == "json-reduced")
        {
            CompareReduced(diff, recorded, answer.Body!.AsArray());
            expected["body_kind"] = answered["body_kind"] = null;
            expected["body"] = answered["body"] = null;
        }

        diff.Compare(expected, answered, "/response");
        if (entry["elapsed_ms"]?.GetValue<double>() is { } should && Math.Abs(elapsed - should) > ElapsedSlack + (ElapsedSlackPart * should))
            diff.Differences.Add(new("/elapsed_ms", $"{should}", $"{elapsed:0}"));
        JsonNode whole = new JsonObject { ["response"] = answer.ToJson() };
        lock (_captured)
        {
            foreach ((string name, JsonNode? pointer) in entry["capture"]?.AsObject() ?? [])
                _captured[name] = At(whole, pointer!.GetValue<string>())?.ToString() ?? "";
            if (diff.Differences.Count == 0 && entry["expect_index"] is { } expectation)
                CompareIndex(diff, expectation, ulong.Parse(answer.Headers["X-Consul-Index"]!.GetValue<string>()));
            Played++;
            if (diff.Differences.Count > 0)
                _deviations.Add(new(position, $"{method} {path}", (entry["label"] ?? entry["note"])?.GetValue<string>() ?? "", diff.Differences));
        }
    }

    private JsonObject Expected(JsonNode recorded)
    {
        JsonObject headers = scenario["header_sets"]![recorded["header_set"]!.GetValue<string>()]!.DeepClone().AsObject();
        foreach ((string name, JsonNode? value) in recorded["headers"]?.AsObject() ?? [])
            headers[name] = value!.DeepClone();
        return new JsonObject
        {
            ["status"] = recorded["status"]!.DeepClone(),
            ["headers"] = headers,
            ["body_kind"] = recorded["body_kind"]?.DeepClone() ?? "none",
            ["body"] = recorded["body"]?.DeepClone(),
        };
    }

    private static void CompareReduced(JsonDiff diff, JsonNode recorded, JsonArray body)
    {
        if (recorded["instances"] is { } instances)
            diff.Compare(instances, new JsonArray([.. body.Select(Instance)]), "/response/instances");
        else if (recorded["service_ids"] is { } ids)
            diff.Compare(ids, new JsonArray([.. body.Select(item => (item!["Service"]?["ID"] ?? item["ServiceID"])!.DeepClone())]), "/response/service_ids");
        else if (recorded["count"] is { } count)
            diff.Compare(count, JsonValue.Create(body.Count), "/response/count");
    }

    private static JsonArray Instance(JsonNode? entry)
    {
        var checks = new JsonObject();
        foreach (JsonNode? check in entry!["Checks"]!.AsArray())
            checks[check!["CheckID"]!.GetValue<string>()] = check["Status"]!.DeepClone();
        return [entry["Service"]!["ID"]!.DeepClone(), entry["Service"]!["Port"]?.DeepClone() ?? 0, checks];
    }

    private void CompareIndex(JsonDiff diff, JsonNode expectation, ulong index)
    {
        string than = expectation["than"]!.GetValue<string>(), op = expectation["op"]!.GetValue<string>();
        ulong other = ulong.Parse(_captured.GetValueOrDefault(than, than));
        bool holds = op switch
        {
            "gt" => index > other,
            "ge" => index >= other,
            "eq" => index == other,
            _ => index < other,
        };
        if (!holds)
            diff.Differences.Add(new("/expect_index", $"{op} {other}", $"{index}"));
    }

    private byte[]? BodyOf(JsonNode? body)
    {
        if (body is null)
            return null;
        if (body is not JsonValue value || !value.TryGetValue(out string? text))
            return Encoding.UTF8.GetBytes(Filled(body)!.ToJsonString());
        if (Repeated().Match(text) is { Success: true } repeated)
            return Encoding.UTF8.GetBytes(new string(repeated.Groups["what"].Value[0], int.Parse(repeated.Groups["count"].Value)));
        if (Operations().Match(text) is { Success: true } operations)
        {
            IEnumerable<string> sets = Enumerable.Range(0, int.Parse(operations.Groups["count"].Value))
                .Select(i => $$"""{"KV":{"Verb":"set","Key":"t/many/{{i}}","Value":"MQ=="} }""");
            return Encoding.UTF8.GetBytes($"[{string.Join(',', sets)}]");
        }

        return Encoding.UTF8.GetBytes(Fill(text));
    }

    private string Fill(string text)
    {
        lock (_captured)
            return Reference().Replace(text, match => _captured[match.Groups["name"].Value]);
    }

    private JsonNode? Filled(JsonNode? node) => node is null ? null : JsonNode.Parse(Fill(node.ToJsonString()));

    private static JsonNode? At(JsonNode node, string pointer)
    {
        JsonNode? at = node;
        foreach (string part in pointer.Split('/', StringSplitOptions.RemoveEmptyEntries))
            at = at is JsonArray array ? array[int.Parse(part)] : at?[part.Replace("~1", "/", StringComparison.Ordinal)];
        return at;
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("^<(?<what>.) repeated (?<count>[0-9]+) times>$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Repeated();

    [GeneratedRegex("^<(?<count>[0-9]+) set operations>$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Operations();
}
