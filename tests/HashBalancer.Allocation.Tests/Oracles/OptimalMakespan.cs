using HashBalancer.Allocation.Plans.Scheduling;

namespace HashBalancer.Allocation.Tests.Oracles;

/// <summary>The shortest schedule on identical machines, by trying everything: for at most about ten tasks.</summary>
internal static class OptimalMakespan
{
    public static double Of(int machines, IReadOnlyList<ListTask> tasks, IReadOnlyList<TaskEdge> edges)
    {
        Dictionary<string, int> index = tasks.Select((t, i) => (t.Name, i)).ToDictionary(t => t.Name, t => t.i);
        List<int>[] before = [.. tasks.Select(t => edges.Where(e => e.To == t.Name).Select(e => index[e.From]).ToList())];
        double best = tasks.Sum(t => t.Duration);
        double[] ends = new double[tasks.Count];
        double[] machineFree = new double[machines];
        Place(new bool[tasks.Count], 0);
        return best;

        // An optimal schedule exists in which tasks, taken in order of their start, each start as early as they can.
        void Place(bool[] done, double lastStart)
        {
            if (Array.TrueForAll(done, d => d))
            {
                best = Math.Min(best, ends.DefaultIfEmpty().Max());
                return;
            }

            for (int task = 0; task < tasks.Count; task++)
            {
                if (done[task] || !before[task].TrueForAll(b => done[b]))
                    continue;
                int machine = Array.IndexOf(machineFree, machineFree.Min());
                double free = machineFree[machine];
                double start = Math.Max(Math.Max(free, lastStart), before[task].Select(b => ends[b]).DefaultIfEmpty().Max());
                if (start + tasks[task].Duration >= best)
                    continue;
                done[task] = true;
                ends[task] = machineFree[machine] = start + tasks[task].Duration;
                Place(done, start);
                machineFree[machine] = free;
                ends[task] = 0;
                done[task] = false;
            }
        }
    }
}
