namespace HashBalancer.LoadTests.Scenarios;

/// <summary>A scenario cannot be read; the message names the file and every error in it.</summary>
internal sealed class ScenarioFileException(string source, IReadOnlyList<string> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(e => $"{source}: {e}")))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
