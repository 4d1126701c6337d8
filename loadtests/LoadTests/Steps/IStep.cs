namespace HashBalancer.LoadTests.Steps;

/// <summary>One thing that an iteration does, ready to run. Thread-safe.</summary>
internal interface IStep
{
    /// <summary>Does the step once for a key.</summary>
    /// <param name="key">The iteration's key.</param>
    /// <param name="begin">When the step should have begun, in nanoseconds of the run's clock; its timeout counts from here.</param>
    /// <returns>What came of it; a step throws nothing that a server can cause.</returns>
    ValueTask<StepOutcome> Execute(long key, long begin);
}
