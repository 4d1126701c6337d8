using HashBalancer.LoadTests.Fleets;

namespace HashBalancer.LoadTests.Targets;

/// <summary>What a scenario runs against. Disposing ends what was started for it.</summary>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>Where requests go, in turn.</summary>
    IReadOnlyList<Entrance> Entrances { get; }

    /// <summary>One line for reports.</summary>
    string Description { get; }

    /// <summary>What events act upon; null where the run did not start it.</summary>
    Fleet? Fleet { get; }
}
