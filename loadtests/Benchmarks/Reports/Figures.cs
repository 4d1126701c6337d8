using BenchmarkDotNet.Reports;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>A run's figures by name: <c>Lookup/1000</c> in nanoseconds, <c>Lookup/1000.bytes</c> allocated, <c>bytes-per-point/1000</c>.</summary>
internal static class Figures
{
    /// <summary>Adds the least times of all rounds: what the code takes when nothing else ran. Other work on the machine only ever adds,
    /// so that of two runs the lesser figure is the truer one.</summary>
    public static void Add(Dictionary<string, double> figures, IEnumerable<Summary> summaries)
    {
        foreach (BenchmarkReport report in summaries.SelectMany(s => s.Reports).Where(r => r.ResultStatistics is not null))
        {
            string name = NameOf(report);
            double least = report.ResultStatistics!.Min;
            figures[name] = figures.TryGetValue(name, out double before) ? Math.Min(before, least) : least;
            if (report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is { } bytes)
                figures[$"{name}.bytes"] = bytes;
        }
    }

    /// <summary>The benchmark's method and, if it has any, its parameters.</summary>
    public static string NameOf(BenchmarkReport report)
    {
        string parameters = string.Join('/', report.BenchmarkCase.Parameters.Items.Select(p => p.Value));
        return parameters.Length == 0 ? report.BenchmarkCase.Descriptor.WorkloadMethod.Name : $"{report.BenchmarkCase.Descriptor.WorkloadMethod.Name}/{parameters}";
    }

    /// <summary>What rings weigh, by their own account and by the collector's.</summary>
    public static void AddSizes(Dictionary<string, double> figures, params ReadOnlySpan<int> sizes)
    {
        foreach (int nodes in sizes)
        {
            RingMember[] members = RingFixtures.Members(nodes);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            var ring = HashRing.Build(members);
            figures[$"heap-bytes-per-point/{nodes}"] = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / ring.PointCount;
            figures[$"bytes-per-point/{nodes}"] = (double)ring.SizeInBytes / ring.PointCount;
            GC.KeepAlive(ring);
        }
    }
}
