using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Steps;

/// <summary>A step that gets many messages over one connection.</summary>
internal interface IMessageStep : IStep
{
    /// <summary>How long each message took: what that means, the step says.</summary>
    LatencyHistogram Messages { get; }
}
