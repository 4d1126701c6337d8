using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Fifo;

/// <summary>A job in a queue: so many whole tasks of one shape.</summary>
/// <param name="Name">Breaks ties, ordinally.</param>
/// <param name="Demand">What one task takes; not zero.</param>
/// <param name="Tasks">How many it wants, 0 or more.</param>
/// <param name="Submitted">When it came: the smaller is served first. Any unit.</param>
/// <param name="Priority">Looked at by <see cref="JobOrder.Priority"/> only; the higher is served first.</param>
public sealed record QueuedJob(string Name, ResourceVector Demand, int Tasks, long Submitted = 0, int Priority = 0);

/// <summary>In which order jobs are served.</summary>
public enum JobOrder
{
    /// <summary>First come, first served; then by name.</summary>
    Fifo,

    /// <summary>The highest priority first, inside one priority as <see cref="Fifo"/>.</summary>
    Priority,
}

/// <summary>What happens behind a job that could not be served in full.</summary>
public enum HeadOfLine
{
    /// <summary>Nobody behind it is served: no job overtakes, and what is left stays idle.</summary>
    Strict,

    /// <summary>Jobs behind it may use what it leaves; a large job can starve.</summary>
    Backfill,
}

/// <summary>The outcome of serving a queue.</summary>
/// <param name="Order">The names of the jobs in the order in which they were served.</param>
/// <param name="Tasks">How many tasks every job got, in the order in which the jobs were given.</param>
public sealed record JobDivision(IReadOnlyList<string> Order, IReadOnlyList<int> Tasks);

/// <summary>Serves whole tasks job by job, as many as fit. O(n log n).</summary>
public static class JobQueue
{
    /// <summary>Serves the queue.</summary>
    /// <exception cref="ArgumentException">A job demands nothing or wants a negative number of tasks.</exception>
    public static JobDivision Divide(ResourceVector capacity, IReadOnlyList<QueuedJob> jobs, JobOrder order = JobOrder.Fifo, HeadOfLine headOfLine = HeadOfLine.Strict)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(jobs);
        foreach (QueuedJob job in jobs)
        {
            if (job.Tasks < 0 || job.Demand.IsZero)
                throw new ArgumentException($"Job '{job.Name}' wants {job.Tasks} tasks of {job.Demand}; it must want 0 or more of something.", nameof(jobs));
        }

        int[] served = [.. Enumerable.Range(0, jobs.Count)
            .OrderByDescending(i => order == JobOrder.Priority ? jobs[i].Priority : 0)
            .ThenBy(i => jobs[i].Submitted)
            .ThenBy(i => jobs[i].Name, StringComparer.Ordinal)];
        int[] tasks = new int[jobs.Count];
        ResourceVector free = capacity;
        foreach (int i in served)
        {
            tasks[i] = FittingTasks(free, jobs[i]);
            free = free.Minus(jobs[i].Demand.Times(tasks[i]));
            if (tasks[i] < jobs[i].Tasks && headOfLine == HeadOfLine.Strict)
                break;
        }

        return new JobDivision([.. served.Select(i => jobs[i].Name)], tasks);
    }

    private static int FittingTasks(ResourceVector free, QueuedJob job)
    {
        long fitting = job.Tasks;
        for (int r = 0; r < free.Resources.Count; r++)
        {
            long demand = job.Demand.Thousandths[r];
            if (demand > 0)
                fitting = Math.Min(fitting, free.Thousandths[r] / demand);
        }

        return (int)fitting;
    }
}
