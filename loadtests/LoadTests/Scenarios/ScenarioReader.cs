using System.Globalization;
using System.Text.Json;
using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Thresholds;

namespace HashBalancer.LoadTests.Scenarios;

/// <summary>Reads a scenario from JSON; comments and trailing commas are allowed.</summary>
internal static class ScenarioReader
{
    public const int MostNodes = 100;
    public const int MostGateways = 9;
    public const int MostConnections = 10_000;

    private const int DefaultConnections = 32;
    private static readonly TimeSpan LongestRun = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="json">The file's text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="ScenarioFileException">It is no scenario; every error is told at once.</exception>
    public static Scenario Read(string json, string source)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            throw new ScenarioFileException(source, [$"is no JSON: {e.Message}"]);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ScenarioFileException(source, ["must be a JSON object"]);
            var errors = new List<string>();
            Scenario? scenario = ReadRoot(new Section(document.RootElement, "", errors));
            return errors.Count == 0 && scenario is not null ? scenario : throw new ScenarioFileException(source, errors);
        }
    }

    private static Scenario? ReadRoot(Section root)
    {
        string name = root.Text("name");
        string description = root.Text("description");
        int nodes = (int)root.Whole("nodes", 1, MostNodes, 3);
        int gateways = (int)root.Whole("gateways", 1, MostGateways, 1);
        NodeWork work = ReadWork(root.Object("work", required: false));
        IReadOnlyDictionary<string, string> settings = ReadSettings(root.Object("settings", required: false));
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> pools = ReadPools(root.Object("pools", required: false));
        bool isLong = root.Flag("long", fallback: false);
        TimeSpan warmUp = root.Duration("warmUp", TimeSpan.Zero, LongestRun, TimeSpan.Zero);
        TimeSpan duration = root.Duration("duration", TimeSpan.FromMilliseconds(1), LongestRun);
        TimeSpan timeout = root.Duration("timeout", TimeSpan.FromMilliseconds(1), LongestTimeout, TimeSpan.FromSeconds(5));
        int seed = (int)root.Whole("seed", 0, int.MaxValue, 1);
        ILoadSimulation? load = ReadKind(root.Object("load", required: true), "simulation", LoadSimulations.All);
        int connections = (int)root.Whole("connections", 1, MostConnections, load?.Users ?? DefaultConnections);
        (Func<IKeyGenerator>? keys, string prefix) = ReadKeys(root.Object("keys", required: true));
        AnswerFields answer = AnswerFields.Read(root.Object("answer", required: false));
        IStepDefinition[] steps = [.. root.Objects("steps", 1).Select(ReadStep).OfType<IStepDefinition>()];
        string[] names = [.. steps.Select(s => s.Name)];
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            root.Error("steps", $"two steps are called \"{twice.Key}\"");
        bool picksOne = root.Flag("pickOneStep", fallback: false);
        ScenarioEvent[] events = [.. root.Objects("events", 0).Select(e => EventReader.Read(e, picksOne ? names : [])).OfType<ScenarioEvent>()];
        string[] eventNames = [.. events.Select(e => e.Name)];
        if (eventNames.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } again)
            root.Error("events", $"two events are called \"{again.Key}\": give them names");
        string[] known = [.. Enumerable.Range(1, nodes + events.Count(e => e.Action is JoinNode)).Select(n => string.Create(CultureInfo.InvariantCulture, $"node-{n}"))];
        foreach (ScenarioEvent happening in events)
        {
            if (happening.Action.Node?.Id is { Length: > 0 } node && !known.Contains(node))
                root.Error("events", $"\"{node}\" is none of {NodeChoice.Next}, {string.Join(", ", known)}{NearestName.Hint(node, known)}");
        }

        Threshold[] thresholds = [.. root.Objects("thresholds", 0).Select(t => ThresholdReader.Read(t, names, eventNames)).OfType<Threshold>()];
        root.Close();

        return load is null || keys is null
            ? null
            : new Scenario
            {
                Name = name,
                Description = description,
                Nodes = nodes,
                Gateways = gateways,
                Work = work,
                Settings = settings,
                Pools = pools,
                Events = events,
                IsLong = isLong,
                PicksOneStep = picksOne,
                WarmUp = warmUp,
                Duration = duration,
                Timeout = timeout,
                Connections = connections,
                Seed = seed,
                Load = load,
                Keys = keys,
                KeyPrefix = prefix,
                Answer = answer,
                Steps = steps,
                Thresholds = thresholds,
            };
    }

    private static (Func<IKeyGenerator>? Keys, string Prefix) ReadKeys(Section? section)
    {
        if (section is null)
            return (null, "");
        string prefix = section.Text("prefix", "user-");
        if (prefix.Any(c => c is <= ' ' or >= (char)127))
            section.Error("prefix", $"\"{prefix}\" must be visible ASCII: it goes into paths and headers");
        return (ReadKind(section, "generator", KeyGenerators.All), prefix);
    }

    private static NodeWork ReadWork(Section? section)
    {
        if (section is null)
            return NodeWork.None;
        var work = new NodeWork(
            (int)section.Whole("slots", 1, 10_000, 16),
            section.Duration("hit", TimeSpan.Zero, LongestTimeout, TimeSpan.FromMilliseconds(1)),
            section.Duration("miss", TimeSpan.Zero, LongestTimeout, TimeSpan.FromMilliseconds(5)),
            (int)section.Whole("cache", 1, 10_000_000, NodeWork.None.Cache));
        section.Close();
        return work;
    }

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ReadPools(Section? section)
    {
        var pools = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (string pool in section?.Names ?? [])
            pools[pool] = ReadSettings(section!.Object(pool, required: true));
        return pools;
    }

    private static IReadOnlyDictionary<string, string> ReadSettings(Section? section)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string key in section?.Names ?? [])
            settings[key] = section!.Text(key, "");
        return settings;
    }

    private static IStepDefinition? ReadStep(Section section) => ReadKind(section, "kind", StepKinds.All, StepKinds.Http);

    private static T? ReadKind<T>(
        Section? section, string member, IReadOnlyDictionary<string, Func<Section, T>> kinds, string? fallback = null)
        where T : class
    {
        Func<Section, T>? kind = section?.Kind(member, kinds, fallback);
        T? read = kind?.Invoke(section!);
        if (kind is not null)
            section!.Close();
        return read;
    }
}
