namespace HashBalancer.Allocation.Policies.Fifo;

/// <summary>Serves the pools of a level one after the other, each as far as everything it wants fits (<see cref="JobQueue"/> without whole tasks).</summary>
internal sealed class QueuePolicy(string name, JobOrder order, HeadOfLine headOfLine) : IAllocationPolicy
{
    public string Name => name;

    public bool WorkConserving => headOfLine == HeadOfLine.Backfill;

    public void Divide(PolicyLevel level)
    {
        Span<double> free = level.Scratch.Numbers(level.Resources);
        level.Capacity.CopyTo(free);
        for (int i = 0; i < level.Count; i++)
        {
            for (int r = 0; r < free.Length; r++)
                free[r] -= level.FloorOf(i)[r];
        }

        foreach (int i in Ordered(level))
        {
            double fraction = 1;
            for (int r = 0; r < free.Length; r++)
            {
                double residual = level.WantedBy(i)[r] - level.FloorOf(i)[r];
                if (residual > 0)
                    fraction = Math.Min(fraction, Math.Max(0, free[r]) / residual);
            }

            for (int r = 0; r < free.Length; r++)
            {
                double more = (level.WantedBy(i)[r] - level.FloorOf(i)[r]) * fraction;
                level.ShareOf(i)[r] += more;
                free[r] -= more;
            }

            if (fraction < 1 && headOfLine == HeadOfLine.Strict)
                return;
        }
    }

    private int[] Ordered(PolicyLevel level)
    {
        int[] indexes = level.Scratch.Order(level.Count).ToArray();
        int[] priorities = level.Priorities.ToArray();
        long[] submitted = level.Submitted.ToArray();
        bool byPriority = order == JobOrder.Priority;
        Array.Sort(indexes, (a, b) =>
        {
            int first = byPriority ? priorities[b].CompareTo(priorities[a]) : 0;
            if (first == 0)
                first = submitted[a].CompareTo(submitted[b]);
            return first != 0 ? first : a.CompareTo(b);
        });
        return indexes;
    }
}
