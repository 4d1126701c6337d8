namespace HashBalancer.LoadTests.Steps;

/// <summary>A step as the scenario file gives it.</summary>
internal interface IStepDefinition
{
    string Name { get; }

    /// <summary>Makes the step for one run.</summary>
    IStep Create(StepContext context);
}
