using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Steps;

/// <summary>The kinds of steps by name. A further one is a definition with a Read method and a line here.</summary>
internal static class StepKinds
{
    public const string Http = "http";

    public static readonly IReadOnlyDictionary<string, Func<Section, IStepDefinition>> All =
        new Dictionary<string, Func<Section, IStepDefinition>>(StringComparer.Ordinal)
        {
            [Http] = HttpStepReader.Read,
            ["websocket"] = WebSocketStepDefinition.Read,
            ["sse"] = EventStreamStepDefinition.Read,
        };

    public static double ReadWeight(Section section) => section.Number("weight", 0.001, 1e6, 1);
}
