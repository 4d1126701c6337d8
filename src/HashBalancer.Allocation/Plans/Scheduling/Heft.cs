using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Plans.Scheduling;

/// <summary>A task whose cost depends on the processor.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Costs">Its duration on every processor, 0 or more.</param>
public sealed record HeftTask(string Name, IReadOnlyList<double> Costs);

/// <summary>Where and when a task runs.</summary>
/// <param name="Name">The task.</param>
/// <param name="RankUp">The mean length of the longest way from its start to the end of everything.</param>
/// <param name="Processor">Counted from 0.</param>
/// <param name="Start">When it starts.</param>
/// <param name="Finish">When it ends.</param>
public sealed record HeftPlacement(string Name, double RankUp, int Processor, double Start, double Finish);

/// <summary>
/// Heterogeneous Earliest Finish Time (Topcuoglu, Hariri and Wu, "Performance-Effective and Low-Complexity Task Scheduling for
/// Heterogeneous Computing", TPDS 2002): schedules a task graph on different processors with communication between them.
/// </summary>
/// <remarks>
/// Tasks are taken in falling upward rank, computed from mean costs, and each is placed where it ends earliest, in a gap if it fits
/// one. Ties: list order, then the lower processor. O(edges × processors + tasks² × processors).
/// </remarks>
public static class Heft
{
    /// <summary>Schedules the graph.</summary>
    /// <returns>The placement of every task, in the order of the tasks.</returns>
    /// <exception cref="ArgumentException">A task stands twice, costs differ in number or are negative, an edge is unknown, or the edges form a cycle.</exception>
    public static IReadOnlyList<HeftPlacement> Schedule(IReadOnlyList<HeftTask> tasks, IReadOnlyList<TaskEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(edges);
        if (tasks.Count == 0)
            return [];
        int processors = tasks[0].Costs.Count;
        if (tasks.FirstOrDefault(t => t.Costs.Count != processors || processors == 0 || t.Costs.Any(c => !(c >= 0))) is { } odd)
            throw new ArgumentException($"Task '{odd.Name}' must have a cost of 0 or more for each of {processors} processors.", nameof(tasks));

        var graph = new TaskGraph([.. tasks.Select(t => t.Name)], edges);
        double[] ranks = graph.LongestPathToExit([.. tasks.Select(t => t.Costs.Average())]);
        var placed = new HeftPlacement[tasks.Count];
        List<HeftPlacement>[] lanes = [.. Enumerable.Range(0, processors).Select(_ => new List<HeftPlacement>())];

        // A predecessor has a higher rank, or the same at no cost: the topological order keeps it ahead then.
        int[] position = new int[tasks.Count];
        for (int i = 0; i < position.Length; i++)
            position[graph.Order[i]] = i;
        bool anyFree = tasks.Any(t => t.Costs.All(c => c == 0));
        foreach (int task in Enumerable.Range(0, tasks.Count).OrderByDescending(t => ranks[t], ByShare).ThenBy(t => anyFree ? position[t] : t))
        {
            HeftPlacement? best = null;
            for (int processor = 0; processor < processors; processor++)
            {
                double ready = 0;
                foreach ((int before, double communication) in graph.Before[task])
                    ready = Math.Max(ready, placed[before].Finish + (placed[before].Processor == processor ? 0 : communication));
                double start = EarliestGap(lanes[processor], ready, tasks[task].Costs[processor]);
                double finish = start + tasks[task].Costs[processor];
                if (best is null || Shares.Compare(finish, best.Finish) < 0)
                    best = new HeftPlacement(tasks[task].Name, ranks[task], processor, start, finish);
            }

            placed[task] = best!;
            List<HeftPlacement> lane = lanes[best!.Processor];
            int index = lane.FindIndex(p => p.Start >= best.Start);
            lane.Insert(index < 0 ? lane.Count : index, best);
        }

        return placed;
    }

    private static readonly Comparer<double> ByShare = Comparer<double>.Create(Shares.Compare);

    private static double EarliestGap(List<HeftPlacement> lane, double ready, double cost)
    {
        double start = ready;
        foreach (HeftPlacement busy in lane)
        {
            if (start + cost <= busy.Start)
                return start;
            start = Math.Max(start, busy.Finish);
        }

        return start;
    }
}
