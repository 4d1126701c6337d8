using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Thresholds;

namespace HashBalancer.LoadTests.Scenarios;

/// <summary>A load test as data: who asks what, how often, for how long, and what must come of it.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>Nodes that a run without an address starts.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Gateways that it starts before them.</summary>
    public int Gateways { get; init; } = 1;

    /// <summary>What requests cost those nodes.</summary>
    public NodeWork Work { get; init; } = NodeWork.None;

    /// <summary>Keys of those gateways' configuration below <c>HashBalancer</c>, and their values.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Pools that share the nodes, and settings of each; none: the nodes serve one pool.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pools { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>What happens to them in the course of the run.</summary>
    public IReadOnlyList<ScenarioEvent> Events { get; init; } = [];

    /// <summary>It takes so long that <c>run all</c> leaves it out.</summary>
    public bool IsLong { get; init; }

    /// <summary>How long iterations start before any of them counts.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long iterations start that count.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Each step's time from its intended start.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections the steps share.</summary>
    public required int Connections { get; init; }

    public int Seed { get; init; } = 1;

    public required ILoadSimulation Load { get; init; }

    /// <summary>Makes the key generator of one run: some keep state.</summary>
    public required Func<IKeyGenerator> Keys { get; init; }

    public string KeyPrefix { get; init; } = "user-";

    public AnswerFields Answer { get; init; } = AnswerFields.Default;

    /// <summary>Each iteration does one of the steps, drawn by their weights; otherwise all of them, one after another.</summary>
    public bool PicksOneStep { get; init; }

    public required IReadOnlyList<IStepDefinition> Steps { get; init; }

    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];
}
