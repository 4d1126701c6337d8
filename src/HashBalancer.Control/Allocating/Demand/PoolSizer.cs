using HashBalancer.Allocation.Sizing;
using HashBalancer.Allocation.Sizing.Autoscaling;
using HashBalancer.Allocation.Sizing.Forecast;
using SizingLoad = HashBalancer.Allocation.Sizing.PoolLoad;

namespace HashBalancer.Control;

/// <summary>How much a pool wants, with the steps that lead there.</summary>
/// <param name="Offered">Units that would be wholly busy with the load as measured.</param>
/// <param name="Planned">The same with what earlier days brought at this time.</param>
/// <param name="Recommended">Units for that, before windows.</param>
/// <param name="Wanted">Units wanted.</param>
/// <param name="Clamped">Whether the pool's own least or most decided.</param>
public sealed record PoolNeed(double Offered, double Planned, int Recommended, int Wanted, bool Clamped);

/// <summary>Sizes one pool from its traffic, with a memory that keeps the number from flapping. Not thread-safe.</summary>
/// <remarks>
/// The chain: offered load (Little's law, and the utilisation that nodes report), what earlier days brought, target utilisation and waiting (Erlang C),
/// spare for lost nodes and zones, least and most, tolerance, windows. A number stays as long as it would be right for a load that is off
/// by no more than the tolerance: the rule of Kubernetes' HorizontalPodAutoscaler, for sizes that do not grow in proportion, too.
/// </remarks>
internal sealed class PoolSizer
{
    private static readonly TimeSpan Season = TimeSpan.FromDays(1);

    /// <summary>Five minutes long each.</summary>
    private const int Slots = 288;

    private readonly List<(DateTimeOffset At, int Replicas)> _history = [];
    private readonly SeasonalForecast _forecast = new(Season, Slots);
    private int? _wanted;

    /// <summary>Sizes the pool.</summary>
    /// <param name="options">What is configured.</param>
    /// <param name="traffic">What was measured.</param>
    /// <param name="serving">Units that it has now, which the first number is held against.</param>
    /// <param name="zones">Zones that the fleet has, 1 or more.</param>
    /// <param name="leadTime">How long a node takes from decision to service.</param>
    /// <param name="now">The time.</param>
    public PoolNeed Size(PoolAllocationOptions options, PoolTraffic traffic, int serving, int zones, TimeSpan leadTime, DateTimeOffset now)
    {
        double offered = Offered(options, traffic), planned = offered;
        if (options.Forecast)
        {
            TimeSpan at = now - DateTimeOffset.UnixEpoch;
            _forecast.Observe(at, offered);
            planned = SeasonalForecast.LowerBound(offered, _forecast.Peak(at, leadTime));
        }

        // A pool without nodes serves nothing to be measured: whoever asks for it is load all the same.
        int least = Math.Min(Math.Max(options.Minimum, traffic.Refused > 0 ? Math.Max(1, serving) : 0), options.Most);
        PoolSize size = SizeOf(planned);
        int current = _wanted ?? serving;
        int recommended = SizeOf(planned / (1 + options.Tolerance)).DesiredNodes <= current && current <= SizeOf(planned / (1 - Math.Min(options.Tolerance, 0.99))).DesiredNodes
            ? current
            : size.DesiredNodes;
        int wanted = new StabilisationWindows(options.RiseWindow, options.FallWindow).Apply(
            current, recommended, [.. _history.Select(earlier => new Recommendation(earlier.Replicas, now - earlier.At))]);
        Remember(now, recommended, options.FallWindow > options.RiseWindow ? options.FallWindow : options.RiseWindow);
        wanted = Math.Clamp(wanted, least, options.Most);
        _wanted = wanted;
        return new PoolNeed(offered, planned, recommended, wanted, size.Clamped);

        PoolSize SizeOf(double load) => PoolSizing.Of(new SizingLoad
        {
            // In units of slots the mean time is one: arrivals are the offered load itself.
            ArrivalsPerSecond = load * SlotsOf(options) / Time(traffic),
            MeanSeconds = Time(traffic),
            SlotsPerNode = SlotsOf(options),
            TargetUtilisation = options.TargetUtilisation,
            WaitProbability = options is { WaitProbability: > 0, Slots: > 0 } ? options.WaitProbability : null,
            WaitSeconds = options.WaitTime.TotalSeconds,
            LoseNodes = options.LoseNodes,
            // Only who means to outlive a zone needs as many in each.
            Zones = options.LoseZones > 0 ? Math.Max(zones, options.LoseZones + 1) : 1,
            LoseZones = options.LoseZones,
            Minimum = least,
            Maximum = options.Most,
        });
    }

    /// <summary>Units that the load keeps wholly busy.</summary>
    private static double Offered(PoolAllocationOptions options, PoolTraffic traffic)
    {
        // What is in flight is arrivals by their time (Little), measured as one: the two averaged apart would be off while both change.
        double byTime = options.Slots > 0 ? (traffic.InFlight + traffic.Waiting + (traffic.Refused * traffic.Seconds)) / options.Slots : 0;
        return Math.Max(byTime, traffic.Utilisation);
    }

    private static int SlotsOf(PoolAllocationOptions options) => Math.Max(1, options.Slots);

    private static double Time(PoolTraffic traffic) => traffic.Seconds > 0 ? traffic.Seconds : 1;

    private void Remember(DateTimeOffset now, int replicas, TimeSpan window)
    {
        _history.RemoveAll(earlier => now - earlier.At >= window);
        // What lies between two numbers of a kind says nothing that they do not.
        if (_history is [.., var one, var two] && one.Replicas == replicas && two.Replicas == replicas)
            _history[^1] = (now, replicas);
        else
            _history.Add((now, replicas));
    }
}
