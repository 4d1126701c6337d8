namespace HashBalancer.LoadTests.Events;

/// <summary>Something that happens to the fleet while a scenario runs.</summary>
/// <param name="Name">What thresholds and reports call it.</param>
/// <param name="At">When, from the beginning of the measured time.</param>
/// <param name="Every">How often it happens again; null: once.</param>
/// <param name="Settle">How long after it answers belong to no phase: what the fleet needs to learn of it.</param>
/// <param name="Action">What happens.</param>
internal sealed record ScenarioEvent(string Name, TimeSpan At, TimeSpan? Every, TimeSpan Settle, IEventAction Action);
