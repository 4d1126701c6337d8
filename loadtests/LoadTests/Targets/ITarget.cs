namespace HashBalancer.LoadTests.Targets;

/// <summary>What a scenario runs against. Disposing ends what was started for it.</summary>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>Where requests go.</summary>
    Uri Url { get; }

    /// <summary>One line for reports.</summary>
    string Description { get; }
}
