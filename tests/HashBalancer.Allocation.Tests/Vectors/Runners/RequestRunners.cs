using System.Text.Json;
using HashBalancer.Allocation.Admission;
using HashBalancer.Allocation.Locality;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;
using Bound = HashBalancer.Allocation.Locality.DelayBound;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

/// <summary>Delay scheduling, affinity waits and admission: the library decides, these play the events.</summary>
internal static class RequestRunners
{
    public static object Delay(VectorCase vector)
    {
        JsonElement racks = Optional(vector.Options, "racks") is { ValueKind: JsonValueKind.Object } own ? own : Optional(vector.Cluster, "racks");
        var scheduler = new DelayScheduler(Whole(vector.Options, "d1", 0), Whole(vector.Options, "d2", 0), node => Text(racks, node));
        foreach (JsonElement pool in vector.Pools)
            scheduler.AddJob(Name(pool), [.. List(pool, "preferred").Select(task => task.EnumerateArray().Select(n => n.GetString()!).ToArray())]);
        var launches = new List<object>();
        IReadOnlyList<JsonElement> offers = List(vector.Json, "offers");
        for (int i = 0; i < offers.Count; i++)
        {
            if (scheduler.Offer(offers[i].GetString()!) is { } launch)
                launches.Add(new Dictionary<string, object> { ["offer"] = i, ["node"] = offers[i].GetString()!, ["job"] = launch.Job, ["locality"] = launch.Locality.ToString().ToLowerInvariant() });
        }

        return new Dictionary<string, object> { ["launches"] = launches };
    }

    public static object DelayBound(VectorCase vector)
    {
        JsonElement o = vector.Options;
        int skips = Bound.MinimumSkips(Whole(o, "nodes", 1), Whole(o, "replicas", 1), Whole(o, "tasks", 1), Number(o, "locality", 0));
        return new Dictionary<string, object>
        {
            ["minSkips"] = skips,
            ["waitInTaskDurations"] = Bound.WaitInTaskDurations(skips, Whole(o, "nodes", 1), Whole(o, "slotsPerNode", 1)),
        };
    }

    public static object Spill(VectorCase vector)
    {
        var rule = new AffinityWait
        {
            Wait = Optional(vector.Options, "waitMs").ValueKind == JsonValueKind.Undefined ? null : TimeSpan.FromMilliseconds(Number(vector.Options, "waitMs", 0)),
            Skips = Optional(vector.Options, "skips").ValueKind == JsonValueKind.Undefined ? null : Whole(vector.Options, "skips", 0),
        };
        var queue = new AffinityQueue(rule, vector.Pools.ToDictionary(Name, p => Whole(p, "slots", 1)));
        Dictionary<string, JsonElement> requests = List(vector.Json, "requests").ToDictionary(r => Text(r, "id")!);
        var arrivals = new Queue<JsonElement>(requests.Values.OrderBy(r => Number(r, "at", 0)));
        var completions = new PriorityQueue<string, TimeSpan>();
        var dispatched = new Dictionary<string, object>();
        TimeSpan last = TimeSpan.MinValue;
        while (NextInstant() is { } now)
        {
            while (completions.TryPeek(out _, out TimeSpan end) && end <= now)
                queue.Complete(completions.Dequeue());
            while (arrivals.TryPeek(out JsonElement request) && At(request) <= now)
            {
                arrivals.Dequeue();
                queue.Enqueue(Text(request, "id")!, [.. List(request, "ring").Select(n => n.GetString()!)], At(request));
            }

            while (queue.TryDispatch(now) is { } sent)
            {
                dispatched.Add(sent.Request, new Dictionary<string, object> { ["node"] = sent.Node, ["start"] = now.TotalMilliseconds, ["local"] = sent.IsOwner });
                completions.Enqueue(sent.Node, now + TimeSpan.FromMilliseconds(Number(requests[sent.Request], "ms", 0)));
            }

            last = now;
        }

        return new Dictionary<string, object> { ["dispatch"] = dispatched };

        TimeSpan? NextInstant()
        {
            var instants = new List<TimeSpan>();
            if (arrivals.TryPeek(out JsonElement arrival))
                instants.Add(At(arrival));
            if (completions.TryPeek(out _, out TimeSpan end))
                instants.Add(end);
            instants.AddRange(requests.Values.Select(r => At(r) + (rule.Wait ?? TimeSpan.Zero)).Where(t => t > last && rule.Wait is not null));
            return instants.Count == 0 ? null : instants.Min();
        }

        static TimeSpan At(JsonElement request) => TimeSpan.FromMilliseconds(Number(request, "at", 0));
    }

    public static object Admission(VectorCase vector)
    {
        ResourceSet set = vector.Resources();
        ResourceVector one = set.Names.Contains("slots") ? set.Vector(("slots", 1)) : set.Vector(set.Names.Select(n => (n, 1m)));
        AdmissionOrder order = Text(vector.Options, "order") switch
        {
            "fifo" => AdmissionOrder.Fifo,
            "priority" => AdmissionOrder.Priority,
            "fair" or "drf" => AdmissionOrder.Fair,
            "capacity" => AdmissionOrder.Capacity,
            string other => throw new FormatException($"The order '{other}' is not known."),
            null => throw new FormatException("There is no order."),
        };
        string[] names = [.. vector.Pools.Select(Name)];
        var queue = new AdmissionQueue(order, Vector(set, vector.Cluster, "resources"), [.. vector.Pools.Select(p => new AdmissionClass(Name(p))
        {
            Weight = Number(p, "weight", 1),
            Priority = Whole(p, "priority", 0),
            Guaranteed = Number(p, "guaranteed", 0),
            Maximum = Maximum(p, set),
        })]);
        Dictionary<string, JsonElement> requests = List(vector.Json, "requests").ToDictionary(r => Text(r, "id")!);
        var arrivals = new Queue<JsonElement>(requests.Values.OrderBy(r => Number(r, "at", 0)));
        var completions = new PriorityQueue<(int Class, ResourceVector Cost), double>();
        var dispatch = new List<object>();
        while (arrivals.Count > 0 || completions.Count > 0)
        {
            double now = Math.Min(
                arrivals.TryPeek(out JsonElement next) ? Number(next, "at", 0) : double.PositiveInfinity,
                completions.TryPeek(out _, out double first) ? first : double.PositiveInfinity);
            while (completions.TryPeek(out (int Class, ResourceVector Cost) done, out double end) && end <= now)
            {
                completions.Dequeue();
                queue.Complete(done.Class, done.Cost);
            }

            while (arrivals.TryPeek(out JsonElement request) && Number(request, "at", 0) <= now)
            {
                arrivals.Dequeue();
                ResourceVector cost = request.TryGetProperty("cost", out JsonElement given) ? Vector(set, given) : one;
                queue.Enqueue(Array.IndexOf(names, Text(request, "pool")), new AdmissionRequest(Text(request, "id")!, cost, (long)(now * 1000)));
            }

            while (queue.TryAdmit(out AdmissionRequest admitted) is >= 0 and int cls)
            {
                dispatch.Add(new object[] { admitted.Id, now });
                completions.Enqueue((cls, admitted.Cost), now + Number(requests[admitted.Id], "ms", 0));
            }
        }

        return new Dictionary<string, object> { ["dispatch"] = dispatch };
    }

    private static Dictionary<string, decimal> Maximum(JsonElement pool, ResourceSet set) => Optional(pool, "max") switch
    {
        { ValueKind: JsonValueKind.Undefined } => [],
        { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().ToDictionary(m => m.Name, m => Exact(m.Value)),
        JsonElement single => new Dictionary<string, decimal> { [set.Names[0]] = Exact(single) },
    };
}
