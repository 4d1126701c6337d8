namespace HashBalancer.LoadTests.Running;

/// <summary>Draws the one step that an iteration does, by the steps' weights. Thread-safe.</summary>
internal sealed class StepPicker
{
    private readonly Random _random;
    private readonly Lock _lock = new();
    private double[] _upTo = [];

    public StepPicker(IEnumerable<double> weights, int seed)
    {
        _random = new Random(seed);
        Change(weights);
    }

    /// <summary>Draws by other weights from now on; at least one is above 0.</summary>
    public void Change(IEnumerable<double> weights)
    {
        double sum = 0;
        double[] upTo = [.. weights.Select(w => sum += w)];
        lock (_lock)
            _upTo = upTo;
    }

    public int Next()
    {
        lock (_lock)
        {
            double drawn = _random.NextDouble() * _upTo[^1];
            int step = Array.FindIndex(_upTo, limit => drawn < limit);
            return step < 0 ? _upTo.Length - 1 : step;
        }
    }
}
