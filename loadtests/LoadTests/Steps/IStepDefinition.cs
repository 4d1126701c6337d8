namespace HashBalancer.LoadTests.Steps;

/// <summary>A step as the scenario file gives it.</summary>
internal interface IStepDefinition
{
    string Name { get; }

    /// <summary>How often it is done relative to the others, where each iteration does one step alone; above 0.</summary>
    double Weight { get; }

    /// <summary>Makes the step for one run.</summary>
    IStep Create(StepContext context);
}
