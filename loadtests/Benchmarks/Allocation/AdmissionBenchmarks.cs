using BenchmarkDotNet.Attributes;
using HashBalancer.Allocation.Admission;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Benchmarks.Allocation;

/// <summary>One request in, one decision, one request out, with 100 classes that all have requests waiting: saturation, the dear case.</summary>
public class AdmissionBenchmarks
{
    private const int Classes = 100;
    private const int Decisions = 1 << 12;

    private static readonly ResourceSet Set = new("slots", "bytes");
    private readonly Queue<(int Class, ResourceVector Cost)> _inFlight = new(256);
    private AdmissionQueue _queue = null!;
    private AdmissionRequest[] _requests = [];
    private int _next;

    [Params(AdmissionOrder.Priority, AdmissionOrder.Fair)]
    public AdmissionOrder Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _queue = new AdmissionQueue(Order, Set.Vector(("slots", 200), ("bytes", 1_000_000)), [.. Enumerable.Range(0, Classes).Select(i => new AdmissionClass($"class-{i}") { Weight = 1 + (i % 5), Priority = i % 3 })]);
        ResourceVector[] costs = [.. Enumerable.Range(1, 8).Select(i => Set.Vector(("slots", 1), ("bytes", 1000 * i)))];
        _requests = [.. Enumerable.Range(0, 8192).Select(i => new AdmissionRequest($"{i:0000}", costs[random.Next(costs.Length)], i))];
        for (int i = 0; i < 20 * Classes; i++)
            _queue.Enqueue(i % Classes, _requests[i % _requests.Length]);
        while (_queue.TryAdmit(out AdmissionRequest request) is >= 0 and int cls)
            _inFlight.Enqueue((cls, request.Cost));
    }

    [Benchmark(OperationsPerInvoke = Decisions)]
    public int AdmissionDecision()
    {
        int admitted = 0;
        for (int i = 0; i < Decisions; i++)
        {
            (int done, ResourceVector cost) = _inFlight.Dequeue();
            _queue.Complete(done, cost);
            _queue.Enqueue(done, _requests[_next++ % _requests.Length]);
            int cls = _queue.TryAdmit(out AdmissionRequest request);
            if (cls < 0)
                continue;
            admitted++;
            _inFlight.Enqueue((cls, request.Cost));
        }

        return admitted;
    }
}
