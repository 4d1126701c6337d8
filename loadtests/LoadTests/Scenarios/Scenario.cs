using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
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

    public required IReadOnlyList<IStepDefinition> Steps { get; init; }

    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];
}
