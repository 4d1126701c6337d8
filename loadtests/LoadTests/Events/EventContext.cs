using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Events;

/// <summary>What events act upon.</summary>
/// <param name="Fleet">What the run has started.</param>
/// <param name="Picker">Draws the step of each iteration; null where iterations do all of them.</param>
/// <param name="Time">The clock of waits.</param>
internal sealed record EventContext(Fleet Fleet, StepPicker? Picker, TimeProvider Time);
