namespace HashBalancer.Allocation.Plans.Scheduling;

/// <summary>That one task must end before another starts.</summary>
/// <param name="From">The earlier task.</param>
/// <param name="To">The later one.</param>
/// <param name="Communication">Time between them when they run on different processors, 0 or more.</param>
public sealed record TaskEdge(string From, string To, double Communication = 0);

/// <summary>Tasks and their precedences, by index.</summary>
internal sealed class TaskGraph
{
    public TaskGraph(IReadOnlyList<string> names, IReadOnlyList<TaskEdge> edges)
    {
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < names.Count; i++)
        {
            if (!indexes.TryAdd(names[i], i))
                throw new ArgumentException($"Task '{names[i]}' stands twice.", nameof(names));
        }

        Before = [.. names.Select(_ => new List<(int, double)>())];
        After = [.. names.Select(_ => new List<(int, double)>())];
        foreach (TaskEdge edge in edges)
        {
            if (!indexes.TryGetValue(edge.From, out int from) || !indexes.TryGetValue(edge.To, out int to))
                throw new ArgumentException($"The edge {edge.From} → {edge.To} names an unknown task.", nameof(edges));
            if (!(edge.Communication >= 0))
                throw new ArgumentException($"The edge {edge.From} → {edge.To} has communication {edge.Communication}; it must be 0 or more.", nameof(edges));
            After[from].Add((to, edge.Communication));
            Before[to].Add((from, edge.Communication));
        }

        Order = TopologicalOrder();
    }

    /// <summary>The tasks that must end before a task, with the communication.</summary>
    public List<(int Task, double Communication)>[] Before { get; }

    /// <summary>The tasks that wait for a task, with the communication.</summary>
    public List<(int Task, double Communication)>[] After { get; }

    /// <summary>All tasks, each after those it waits for.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>The longest way from the start of every task to the end of the last: cost + max over successors of (communication + theirs).</summary>
    public double[] LongestPathToExit(IReadOnlyList<double> costs)
    {
        double[] ranks = new double[costs.Count];
        foreach (int task in Order.Reverse())
        {
            double longest = 0;
            foreach ((int next, double communication) in After[task])
                longest = Math.Max(longest, communication + ranks[next]);
            ranks[task] = costs[task] + longest;
        }

        return ranks;
    }

    private List<int> TopologicalOrder()
    {
        int[] open = Array.ConvertAll(Before, b => b.Count);
        var order = new List<int>(open.Length);
        for (int i = 0; i < open.Length; i++)
        {
            if (open[i] == 0)
                order.Add(i);
        }

        for (int head = 0; head < order.Count; head++)
        {
            foreach ((int next, _) in After[order[head]])
            {
                if (--open[next] == 0)
                    order.Add(next);
            }
        }

        return order.Count == open.Length ? order : throw new ArgumentException("The precedences form a cycle.", nameof(order));
    }
}
