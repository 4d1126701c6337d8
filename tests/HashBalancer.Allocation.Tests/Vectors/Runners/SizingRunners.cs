using System.Text.Json;
using HashBalancer.Allocation.Sizing;
using HashBalancer.Allocation.Sizing.Autoscaling;
using HashBalancer.Allocation.Sizing.Queueing;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class SizingRunners
{
    public static object Little(VectorCase vector)
    {
        JsonElement o = vector.Options;
        double inFlight = LittlesLaw.InFlight(Number(o, "arrivalsPerSecond", 0), Number(o, "meanSeconds", 0));
        return new Dictionary<string, object>
        {
            ["meanInFlight"] = inFlight,
            ["nodes"] = LittlesLaw.Nodes(inFlight, Number(o, "slotsPerNode", 1), Number(o, "targetUtilisation", 1)),
        };
    }

    public static object ErlangCValue(VectorCase vector) => new Dictionary<string, object>
    {
        ["probabilityOfWait"] = ErlangC.ProbabilityOfWait(Whole(vector.Options, "servers", 0), Number(vector.Options, "load", 0)),
    };

    public static object ErlangCServers(VectorCase vector)
    {
        JsonElement o = vector.Options;
        ErlangCServers result = ErlangC.FewestServers(Number(o, "load", 0), Number(o, "probability", 1), Number(o, "waitSeconds", 0), Number(o, "meanSeconds", 1));
        return new Dictionary<string, object>
        {
            ["servers"] = result.Servers,
            ["probability"] = result.Probability,
            ["probabilityWithOneLess"] = result.ProbabilityWithOneLess,
        };
    }

    public static object SquareRoot(VectorCase vector) => new Dictionary<string, object>
    {
        ["servers"] = SquareRootStaffing.Servers(Number(vector.Options, "load", 0), Number(vector.Options, "beta", 0)),
        ["halfinWhittProbability"] = SquareRootStaffing.ProbabilityOfWait(Number(vector.Options, "beta", 0)),
    };

    public static object Zones(VectorCase vector)
    {
        JsonElement o = vector.Options;
        ZoneSpread spread = ZoneHeadroom.Spread(Whole(o, "needed", 0), Whole(o, "zones", 1), Whole(o, "loseZones", 1), Whole(o, "loseNodes", 0));
        return new Dictionary<string, object> { ["perZone"] = spread.PerZone, ["total"] = spread.Total, ["headroomPercent"] = spread.HeadroomPercent };
    }

    public static object Replicas(VectorCase vector)
    {
        JsonElement o = vector.Options;
        ReplicaMetric[] pods = [.. List(o, "pods").Select(p => new ReplicaMetric(
            Flag(p, "missing") || Optional(p, "value").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : (long)Number(p, "value", 0),
            Optional(p, "request").ValueKind == JsonValueKind.Undefined ? null : (long)Number(p, "request", 0),
            Flag(p, "ready", otherwise: true)))];
        double tolerance = Number(o, "tolerance", 0.1);
        var both = new ScalingTolerance(Number(o, "scaleUpTolerance", tolerance), Number(o, "scaleDownTolerance", tolerance));
        return new Dictionary<string, object> { ["replicas"] = ReplicaCalculator.Desired(Whole(o, "currentReplicas", 0), (long)Number(o, "target", 1), pods, both) };
    }

    public static object Limit(VectorCase vector)
    {
        JsonElement o = vector.Options;
        int current = Whole(o, "currentReplicas", 0);
        ScalingLimit[] limits = [.. List(o, "policies").Select(p => new ScalingLimit(
            Text(p, "type") == "Percent" ? ScalingUnit.Percent : ScalingUnit.Replicas, Number(p, "value", 0), TimeSpan.FromSeconds(Number(p, "periodSeconds", 60))))];
        ScalingSelect select = Text(o, "selectPolicy") switch { "Min" => ScalingSelect.Smallest, "Disabled" => ScalingSelect.Disabled, _ => ScalingSelect.Largest };
        ScalingEvent[] ups = Events("scaleUpEvents"), downs = Events("scaleDownEvents");
        return new Dictionary<string, object>
        {
            ["limit"] = Text(o, "direction") == "up" ? ScalingLimits.Highest(current, limits, ups, downs, select) : ScalingLimits.Lowest(current, limits, ups, downs, select),
        };

        ScalingEvent[] Events(string name) => [.. List(o, name).Select(e => new ScalingEvent(Math.Abs(Whole(e, "change", 0)), TimeSpan.FromSeconds(Number(e, "secondsAgo", 0))))];
    }

    public static object Stabilise(VectorCase vector)
    {
        JsonElement o = vector.Options;
        var windows = new StabilisationWindows(TimeSpan.FromSeconds(Number(o, "scaleUpWindowSeconds", 0)), TimeSpan.FromSeconds(Number(o, "scaleDownWindowSeconds", 300)));
        Recommendation[] history = [.. List(o, "history").Select(h => new Recommendation(Whole(h, "replicas", 0), TimeSpan.FromSeconds(Number(h, "secondsAgo", 0))))];
        return new Dictionary<string, object> { ["replicas"] = windows.Apply(Whole(o, "currentReplicas", 0), Whole(o, "desired", 0), history) };
    }

    public static object Keda(VectorCase vector)
    {
        JsonElement o = vector.Options;
        var activation = new Activation
        {
            Target = Number(o, "target", 1),
            Threshold = Number(o, "activation", 0),
            Minimum = Whole(o, "min", 0),
            Maximum = Whole(o, "max", int.MaxValue),
            Cooldown = TimeSpan.FromSeconds(Number(o, "cooldownSeconds", 300)),
        };
        ActivationResult result = activation.Decide(Number(o, "metric", 0), Whole(o, "currentReplicas", 0), TimeSpan.FromSeconds(Number(o, "secondsSinceActive", 0)));
        return new Dictionary<string, object> { ["active"] = result.Active, ["replicas"] = result.Replicas };
    }

    public static object Pool(VectorCase vector)
    {
        JsonElement o = vector.Options;
        PoolSize size = PoolSizing.Of(new PoolLoad
        {
            ArrivalsPerSecond = Number(o, "arrivalsPerSecond", 0),
            MeanSeconds = Number(o, "meanSeconds", 0),
            SlotsPerNode = Whole(o, "slotsPerNode", 1),
            TargetUtilisation = Number(o, "targetUtilisation", 0.7),
            WaitProbability = Optional(o, "waitProbability").ValueKind == JsonValueKind.Undefined ? null : Number(o, "waitProbability", 0),
            WaitSeconds = Number(o, "waitSeconds", 0),
            LoseNodes = Whole(o, "loseNodes", 0),
            Zones = Whole(o, "zones", 1),
            LoseZones = Whole(o, "loseZones", 0),
            Minimum = Whole(o, "min", 0),
            Maximum = Whole(o, "max", int.MaxValue),
        });
        return new Dictionary<string, object>
        {
            ["offeredLoad"] = size.OfferedLoad,
            ["byUtilisation"] = size.ByUtilisation,
            ["byQueueing"] = size.ByQueueing,
            ["desiredNodes"] = size.DesiredNodes,
            ["clamped"] = size.Clamped,
        };
    }
}
