using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>Reads an event of a scenario file.</summary>
internal static class EventReader
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    // What a change in the registry takes to be routed, and requests in flight to end.
    private static readonly TimeSpan DefaultSettle = TimeSpan.FromSeconds(1);

    public static ScenarioEvent? Read(Section section, IReadOnlyList<string> steps)
    {
        Func<Section, IReadOnlyList<string>, IEventAction>? kind = section.Kind("event", EventKinds.All);
        string name = section.Text("name", section.Has("event") ? section.Text("event") : "event");
        TimeSpan at = section.Duration("at", TimeSpan.Zero, Longest);
        section.Know("every");
        TimeSpan? every = section.Has("every") ? section.Duration("every", TimeSpan.FromMilliseconds(1), Longest) : null;
        TimeSpan settle = section.Duration("settle", TimeSpan.Zero, Longest, DefaultSettle);
        IEventAction? action = kind?.Invoke(section, steps);
        section.Close();
        return action is null ? null : new ScenarioEvent(name, at, every, settle, action);
    }
}
