using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>What a stretch of a run showed.</summary>
/// <param name="Met">What its requests met.</param>
/// <param name="Utilisation">Of each node, by slot.</param>
internal sealed record Measured(Recorder Met, double[] Utilisation)
{
    /// <summary>The mean of all nodes.</summary>
    public double MeanUtilisation => Utilisation.Average();

    /// <summary>The busiest node over the mean.</summary>
    public double MaxOverMean => Utilisation.Max() / MeanUtilisation;

    /// <summary>Runs on and measures.</summary>
    public static Measured By(SimulatedPool pool, TimeSpan time)
    {
        pool.TakeUtilisation();
        pool.Recorder = new Recorder();
        pool.Run(time);
        return new Measured(pool.Recorder, pool.TakeUtilisation());
    }

    /// <summary>A quantile of the latency in milliseconds.</summary>
    public double Latency(double q) => Met.Latency.Quantile(q) / 1e6;
}
