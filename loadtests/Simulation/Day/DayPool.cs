namespace HashBalancer.Simulation.Day;

/// <summary>What a pool's load is at any time of a day: a wave, wherever its users live, with noise and now and then a rush.</summary>
internal sealed class DayPool(string name, int peak, Random chance)
{
    /// <summary>Half of the pools have their users in one time zone, the others wherever.</summary>
    private readonly double _phase = chance.Next(2) * chance.Next(8) * 3 / 24.0;

    private readonly double _swing = 0.2 + (0.3 * chance.NextDouble());
    private readonly double _rushAt = chance.Next(20) == 0 ? chance.NextDouble() : -1;

    public string Name => name;

    /// <summary>Nodes that it keeps wholly busy at its highest.</summary>
    public int Peak => peak;

    /// <summary>Nodes that it keeps wholly busy.</summary>
    /// <param name="day">The time as a part of a day.</param>
    public double LoadAt(double day)
    {
        double wave = 1 - _swing + (_swing * Math.Cos(2 * Math.PI * (day - _phase)));
        // A rush doubles what there is within minutes and lasts for half an hour.
        bool rushes = _rushAt >= 0 && day >= _rushAt && day < _rushAt + (0.5 / 24);
        return peak * wave * (rushes ? 2 : 1) * (0.97 + (0.06 * chance.NextDouble()));
    }
}
