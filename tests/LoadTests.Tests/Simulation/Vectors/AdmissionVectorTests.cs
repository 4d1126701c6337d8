using System.Text.Json;
using HashBalancer.Allocation.Admission;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Clock;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>The gateway's admission gate against the published and computed cases; a case's bandwidth is the bytes of bodies.</summary>
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
        PlayGate(vector);

        // Within one instant the gate lets requests in together: who continues first is no statement of its.
        Assert.Equal(expected.OrderBy(d => d.Item2).ThenBy(d => d.Item1, StringComparer.Ordinal), _dispatched.OrderBy(d => d.At).ThenBy(d => d.Id, StringComparer.Ordinal));
    }

    private void PlayGate(JsonElement vector)
    {
        JsonElement resources = vector.GetProperty("cluster").GetProperty("resources");
        double slots = resources.Number("slots", 0), bytes = resources.Number("bandwidth", 0);
        var gate = new AdmissionGate(
            new AdmissionPolicy
            {
                Limit = (int)slots,
                Bytes = (long)bytes,
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
            Task<AdmissionResult>? all = bytes > 0 ? gate.EnterAsync(gate.ClassOf(null), CancellationToken.None, (long)bytes).AsTask() : null;
            foreach (JsonElement request in instant)
                _time.Begin(() => Pass(gate, request));
            if (all is null)
                continue;
            // Large requests do not fit beside one that takes all bytes, small ones neither: nobody goes before all have come.
            Assert.True(all.IsCompletedSuccessfully);
            _time.Run(_time.Now);
            Assert.Empty(_dispatched);
            gate.Leave(gate.ClassOf(null), (long)bytes);
        }

        _time.Run(TimeSpan.TicksPerMinute);
    }

    private async Task Pass(AdmissionGate gate, JsonElement request)
    {
        int cls = gate.ClassOf(request.Text("pool"));
        long bytes = request.TryGetProperty("cost", out JsonElement cost) ? (long)cost.Number("bandwidth", 0) : 0;
        Assert.Equal(AdmissionResult.Admitted, await gate.EnterAsync(cls, CancellationToken.None, bytes));
        _dispatched.Add((request.Text("id"), TimeSpan.FromTicks(_time.Now).TotalMilliseconds));
        await Task.Delay(TimeSpan.FromMilliseconds(request.Number("ms", 0)), _time);
        gate.Leave(cls, bytes);
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
