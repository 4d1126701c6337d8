namespace HashBalancer.LoadTests.Targets;

/// <summary>Something that runs already.</summary>
internal sealed class AddressTarget(Uri url) : ITarget
{
    public Uri Url { get; } = url;

    public string Description => $"the given address {Url}";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
