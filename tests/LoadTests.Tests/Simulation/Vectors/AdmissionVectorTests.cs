using System.Text.Json;
using HashBalancer.Allocation.Admission;
using HashBalancer.Allocation.Resources;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Clock;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>The gateway's admission gate, and for costs of several resources the queue that it decides by, against the published and computed cases.</summary>
public sealed class AdmissionVectorTests
{
    private readonly VirtualTime _time = new();
    private readonly List<(string Id, double At)> _dispatched = [];

    public static IEnumerable<TheoryDataRow<string>> Cases => RequestVectors.Of("admission");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Dispatch_Case_IsInTheExpectedOrderAtTheExpectedTimes(string id)
    {
        JsonElement vector = RequestVectors.Case(id);
        (string, double)[] expected = [.. vector.GetProperty("expected").GetProperty("dispatch").EnumerateArray().Select(d => (d[0].GetString()!, d[1].GetDouble()))];
        if (vector.GetProperty("requests").EnumerateArray().Any(r => r.TryGetProperty("cost", out _)))
            PlayQueue(vector);
        else
            PlayGate(vector);

        // Within one instant the gate lets requests in together: who continues first is no statement of its.
        Assert.Equal(expected.OrderBy(d => d.Item2).ThenBy(d => d.Item1, StringComparer.Ordinal), _dispatched.OrderBy(d => d.At).ThenBy(d => d.Id, StringComparer.Ordinal));
    }

    private void PlayGate(JsonElement vector)
    {
        double slots = vector.GetProperty("cluster").GetProperty("resources").Number("slots", 0);
        var gate = new AdmissionGate(
            new AdmissionPolicy
            {
                Limit = (int)slots,
                Order = OrderOf(vector),
                ClassHeader = "X-Class",
                Classes = vector.GetProperty("pools").EnumerateArray().ToDictionary(p => p.Text("name"), p => new AdmissionClassPolicy
                {
                    Priority = (int)p.Number("priority", 0),
                    Weight = p.Number("weight", 1),
                    Guaranteed = p.Number("guaranteed", 0),
                    MaxInFlight = p.TryGetProperty("max", out _) ? (int)p.Number("max", 0) : null,
                }, StringComparer.Ordinal),
            },
            _time);
        // At one instant completions come before arrivals, and all arrivals before anybody is let in.
        foreach (IGrouping<double, JsonElement> instant in vector.GetProperty("requests").EnumerateArray().GroupBy(r => r.Number("at", 0)))
        {
            _time.Run((long)(instant.Key * TimeSpan.TicksPerMillisecond));
            foreach (JsonElement request in instant)
                _time.Begin(() => Pass(gate, request));
        }

        _time.Run(TimeSpan.TicksPerMinute);
    }

    private async Task Pass(AdmissionGate gate, JsonElement request)
    {
        int cls = gate.ClassOf(request.Text("pool"));
        Assert.Equal(AdmissionResult.Admitted, await gate.EnterAsync(cls, CancellationToken.None));
        _dispatched.Add((request.Text("id"), TimeSpan.FromTicks(_time.Now).TotalMilliseconds));
        await Task.Delay(TimeSpan.FromMilliseconds(request.Number("ms", 0)), _time);
        gate.Leave(cls);
    }

    /// <summary>The gate knows slots alone: cases with several resources are put to the queue inside it.</summary>
    private void PlayQueue(JsonElement vector)
    {
        JsonProperty[] resources = [.. vector.GetProperty("cluster").GetProperty("resources").EnumerateObject()];
        var set = new ResourceSet(resources.Select(r => r.Name));
        string[] names = [.. vector.GetProperty("pools").EnumerateArray().Select(p => p.Text("name"))];
        var queue = new AdmissionQueue(OrderOf(vector), set.Vector(resources.Select(r => (r.Name, r.Value.GetDecimal()))), [.. names.Select(name => new AdmissionClass(name))]);
        foreach (JsonElement request in vector.GetProperty("requests").EnumerateArray())
        {
            Assert.Equal(0, request.Number("at", 0));
            queue.Enqueue(Array.IndexOf(names, request.Text("pool")), new AdmissionRequest(
                request.Text("id"), set.Vector(request.GetProperty("cost").EnumerateObject().Select(c => (c.Name, c.Value.GetDecimal()))), 0));
        }

        Dictionary<string, double> lengths = vector.GetProperty("requests").EnumerateArray().ToDictionary(r => r.Text("id"), r => r.Number("ms", 0), StringComparer.Ordinal);
        var ends = new PriorityQueue<(int Class, ResourceVector Cost), double>();
        for (double now = 0; queue.Waiting > 0 || ends.Count > 0; now = ends.TryPeek(out _, out double next) ? next : now)
        {
            while (ends.TryPeek(out (int Class, ResourceVector Cost) done, out double end) && end <= now)
            {
                ends.Dequeue();
                queue.Complete(done.Class, done.Cost);
            }

            while (queue.TryAdmit(out AdmissionRequest admitted) is >= 0 and int cls)
            {
                _dispatched.Add((admitted.Id, now));
                ends.Enqueue((cls, admitted.Cost), now + lengths[admitted.Id]);
            }
        }
    }

    private static AdmissionOrder OrderOf(JsonElement vector) => vector.GetProperty("options").Text("order") switch
    {
        "fifo" => AdmissionOrder.Fifo,
        "priority" => AdmissionOrder.Priority,
        "fair" or "drf" => AdmissionOrder.Fair,
        "capacity" => AdmissionOrder.Capacity,
        string other => throw new FormatException($"The order '{other}' is not known."),
    };
}
