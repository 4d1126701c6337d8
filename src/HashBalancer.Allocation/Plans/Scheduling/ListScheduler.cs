using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Plans.Scheduling;

/// <summary>A task for identical machines.</summary>
/// <param name="Name">Unique; breaks ties, ordinally.</param>
/// <param name="Duration">0 or more.</param>
public sealed record ListTask(string Name, double Duration);

/// <summary>The outcome of list scheduling.</summary>
/// <param name="Order">The tasks by longest path to an exit, then name.</param>
/// <param name="Start">When every task starts, by name.</param>
/// <param name="Makespan">When everything has ended.</param>
/// <param name="LowerBound">What no schedule beats: the longest path, or all work divided by the machines.</param>
public sealed record ListSchedule(IReadOnlyList<string> Order, IReadOnlyDictionary<string, double> Start, double Makespan, double LowerBound);

/// <summary>
/// Highest-level-first list scheduling on identical machines: no machine idles while a task is ready, and the ready task with the
/// longest path to an exit goes first.
/// </summary>
/// <remarks>
/// Any such schedule is at most 2 − 1/m times the optimum (Graham, 1966); for unit tasks in a forest this one is optimal (Hu, 1961).
/// O((tasks + edges) log tasks).
/// </remarks>
public static class ListScheduler
{
    /// <summary>Schedules the graph.</summary>
    /// <param name="machines">1 or more.</param>
    /// <param name="tasks">Any order; it decides nothing.</param>
    /// <param name="edges">Precedences; communication is not looked at, as all machines share their data.</param>
    /// <exception cref="ArgumentException">A task stands twice or has a negative duration, an edge is unknown, or the edges form a cycle.</exception>
    public static ListSchedule Schedule(int machines, IReadOnlyList<ListTask> tasks, IReadOnlyList<TaskEdge> edges)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(machines, 1);
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(edges);
        if (tasks.FirstOrDefault(t => !(t.Duration >= 0)) is { } negative)
            throw new ArgumentException($"Task '{negative.Name}' has duration {negative.Duration}; it must be 0 or more.", nameof(tasks));

        var graph = new TaskGraph([.. tasks.Select(t => t.Name)], [.. edges.Select(e => e with { Communication = 0 })]);
        double[] levels = graph.LongestPathToExit([.. tasks.Select(t => t.Duration)]);
        int[] order = [.. Enumerable.Range(0, tasks.Count)
            .OrderByDescending(t => levels[t], Comparer<double>.Create(Shares.Compare))
            .ThenBy(t => tasks[t].Name, StringComparer.Ordinal)];
        double[] start = Run(machines, tasks, graph, order);
        double makespan = tasks.Select((t, i) => start[i] + t.Duration).DefaultIfEmpty().Max();
        double bound = Math.Max(levels.DefaultIfEmpty().Max(), tasks.Sum(t => t.Duration) / machines);
        return new ListSchedule(
            [.. order.Select(t => tasks[t].Name)],
            Enumerable.Range(0, tasks.Count).ToDictionary(t => tasks[t].Name, t => start[t], StringComparer.Ordinal),
            makespan,
            bound);
    }

    private static double[] Run(int machines, IReadOnlyList<ListTask> tasks, TaskGraph graph, int[] order)
    {
        int[] rank = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        int[] open = Array.ConvertAll(graph.Before, b => b.Count);
        double[] start = new double[tasks.Count];
        var ready = new PriorityQueue<int, int>(order.Where(t => open[t] == 0).Select(t => (t, rank[t])));
        var running = new PriorityQueue<int, double>();
        double now = 0;
        while (ready.Count > 0 || running.Count > 0)
        {
            while (running.Count < machines && ready.TryDequeue(out int task, out _))
            {
                start[task] = now;
                running.Enqueue(task, now + tasks[task].Duration);
            }

            running.TryPeek(out _, out now);
            while (running.TryPeek(out int ended, out double end) && Shares.Compare(end, now) <= 0)
            {
                running.Dequeue();
                foreach ((int next, _) in graph.After[ended])
                {
                    if (--open[next] == 0)
                        ready.Enqueue(next, rank[next]);
                }
            }
        }

        return start;
    }
}
