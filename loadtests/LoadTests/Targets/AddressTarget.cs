using HashBalancer.LoadTests.Fleets;

namespace HashBalancer.LoadTests.Targets;

/// <summary>Something that runs already.</summary>
internal sealed class AddressTarget(IReadOnlyList<Uri> urls) : ITarget
{
    public IReadOnlyList<Entrance> Entrances { get; } = [.. urls.Select(u => new Entrance(u))];

    public string Description => $"the given address{(urls.Count == 1 ? "" : "es")} {string.Join(", ", urls)}";

    public Fleet? Fleet => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
