using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Progress;

/// <summary>The runs under way, for those who show them. Thread-safe.</summary>
internal sealed class LiveRuns
{
    private readonly List<ScenarioRun> _runs = [];

    public IReadOnlyList<ScenarioRun> Current
    {
        get
        {
            lock (_runs)
                return [.. _runs];
        }
    }

    public void Add(ScenarioRun run)
    {
        lock (_runs)
            _runs.Add(run);
    }

    public void Clear()
    {
        lock (_runs)
            _runs.Clear();
    }
}
