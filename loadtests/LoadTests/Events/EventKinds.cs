using HashBalancer.LoadTests.Faults;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>The kinds of events by name, read with the names of the steps that iterations pick from. A further one is a class and a line here.</summary>
internal static class EventKinds
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static readonly IReadOnlyDictionary<string, Func<Section, IReadOnlyList<string>, IEventAction>> All =
        new Dictionary<string, Func<Section, IReadOnlyList<string>, IEventAction>>(StringComparer.Ordinal)
        {
            ["kill"] = (section, _) => new KillNode(Node(section), Restart(section)),
            ["start"] = (section, _) => new StartNode(Node(section)),
            ["join"] = (_, _) => new JoinNode(),
            ["leave"] = (section, _) => new LeaveNode(Node(section)),
            ["rolling-restart"] = (section, _) => new RollingRestart(section.Duration("pause", TimeSpan.Zero, Longest, TimeSpan.FromSeconds(1))),
            ["drain"] = (section, _) => new DrainNode(Node(section), back: false),
            ["undrain"] = (section, _) => new DrainNode(Node(section), back: true),
            ["fault"] = (section, _) => new FaultAction(Node(section), FaultSettings.Read(section), Length(section)),
            ["slow"] = (section, _) => new FaultAction(
                Node(section), FaultSettings.None with { Latency = section.Duration("latency", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)) }, Length(section)),
            ["registry-outage"] = (section, _) => new RegistryOutage(Length(section)),
            ["mix"] = MixChange.Read,
            ["kill-leader"] = (section, _) => new KillLeader(Restart(section)),
        };

    private static NodeChoice Node(Section section) => new(section.Text("node"));

    private static TimeSpan Length(Section section) => section.Duration("for", TimeSpan.FromMilliseconds(1), Longest);

    private static TimeSpan? Restart(Section section)
    {
        section.Know("restartAfter");
        return section.Has("restartAfter") ? section.Duration("restartAfter", TimeSpan.Zero, Longest) : null;
    }
}
