using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>What a flash key did to a pool.</summary>
internal sealed class Flash
{
    private const double Share = 0.2;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), Ramp = TimeSpan.FromSeconds(1), Window = TimeSpan.FromSeconds(5);
    private readonly SimulatedPool _pool;
    private bool _isShared;

    private Flash(SimulatedPool pool) => _pool = pool;

    /// <summary>Before it began.</summary>
    public required Measured Before { get; init; }

    /// <summary>Its first five seconds.</summary>
    public Measured First { get; private set; } = null!;

    /// <summary>All windows from then on to its end.</summary>
    public List<Measured> Later { get; } = [];

    /// <summary>The busiest node of any of <see cref="Later"/> over the mean.</summary>
    public double WorstLater => Later.Max(run => run.MaxOverMean);

    /// <summary>From its first request until it is shared.</summary>
    public TimeSpan SharedAfter { get; private set; }

    /// <summary>From its end until it is shared no more; a minute at most is looked for.</summary>
    public TimeSpan HomeAfter { get; private set; }

    /// <summary>How often it became shared.</summary>
    public int TimesShared { get; private set; }

    /// <summary>How often it went home.</summary>
    public int TimesHome { get; private set; }

    /// <summary>Lets it happen.</summary>
    public static Flash Simulate(FleetPlan fleet, double load, double exponent)
    {
        double rate = load * Capacity.RequestsPerSecond(fleet, exponent);
        var pool = new SimulatedPool(new RunPlan { Fleet = fleet, Policy = Strategy.Default.Policy, Exponent = exponent, Rate = rate });
        pool.Run(TimeSpan.FromSeconds(60));
        var flash = new Flash(pool) { Before = Measured.By(pool, Window) };
        TimeSpan began = pool.Now;
        flash.First = flash.Watch(Window, began, from: 0, to: Share);
        for (int i = 0; i < 5; i++)
            flash.Later.Add(flash.Watch(Window, began, from: 0, to: Share));
        TimeSpan ended = pool.Now;
        flash.Watch(TimeSpan.FromSeconds(60), ended, from: Share, to: 0);
        return flash;
    }

    /// <summary>Goes on and looks at the key every 50 ms; its share goes from one to the other within the ramp.</summary>
    private Measured Watch(TimeSpan time, TimeSpan since, double from, double to)
    {
        _pool.TakeUtilisation();
        _pool.Recorder = new Recorder();
        for (TimeSpan end = _pool.Now + time; _pool.Now < end;)
        {
            _pool.Traffic.FlashShare = from + ((to - from) * Math.Min(1, (_pool.Now - since + Look) / Ramp));
            _pool.Run(Look);
            bool shared = _pool.Pool.Runtime.HotKeys!.SharersOf(_pool.Traffic.HashOf(_pool.Traffic.FlashKey)) > 1;
            if (shared && !_isShared && ++TimesShared == 1)
                SharedAfter = _pool.Now - since;
            if (!shared && _isShared)
            {
                TimesHome++;
                HomeAfter = _pool.Now - since;
            }

            _isShared = shared;
        }

        if (to == 0 && _isShared)
            HomeAfter = TimeSpan.MaxValue;
        return new Measured(_pool.Recorder, _pool.TakeUtilisation());
    }
}
