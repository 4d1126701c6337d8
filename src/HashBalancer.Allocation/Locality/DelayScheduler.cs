namespace HashBalancer.Allocation.Locality;

/// <summary>How near to its data a task was launched.</summary>
public enum Locality
{
    /// <summary>On a node that it prefers.</summary>
    Node,

    /// <summary>In the rack (or zone) of a node that it prefers.</summary>
    Rack,

    /// <summary>Anywhere.</summary>
    Any,
}

/// <summary>A task launched on an offered slot.</summary>
/// <param name="Job">The job.</param>
/// <param name="Task">The index of the task in the job.</param>
/// <param name="Locality">How near to its data.</param>
public readonly record struct DelayedLaunch(string Job, int Task, Locality Locality);

/// <summary>
/// Delay scheduling (Zaharia et al., EuroSys 2010): the fairest job waits a few offers for a slot near its data instead of
/// taking the first.
/// </summary>
/// <remarks>
/// Jobs are asked in ascending number of running tasks, then in the order in which they were added. A job with a task that prefers the
/// offered node launches it and starts counting anew; otherwise it is skipped, until <c>rackAfter</c> skips let it launch within the
/// rack and <c>anyAfter</c> more skips anywhere. Not thread-safe. O(jobs × waiting tasks) for an offer.
/// </remarks>
public sealed class DelayScheduler
{
    private readonly int _rackAfter;
    private readonly int _anyAfter;
    private readonly Func<string, string?> _rackOf;
    private readonly List<Job> _jobs = [];

    /// <summary>A scheduler without jobs.</summary>
    /// <param name="rackAfter">Skips before a job takes a slot in the rack; 0 or more.</param>
    /// <param name="anyAfter">Further skips before it takes any slot; 0 or more.</param>
    /// <param name="rackOf">The rack of a node, null when it has none; null for a fleet without racks.</param>
    public DelayScheduler(int rackAfter, int anyAfter = 0, Func<string, string?>? rackOf = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rackAfter);
        ArgumentOutOfRangeException.ThrowIfNegative(anyAfter);
        _rackAfter = rackAfter;
        _anyAfter = anyAfter;
        _rackOf = rackOf ?? (static _ => null);
    }

    /// <summary>Adds a job.</summary>
    /// <param name="name">Unique.</param>
    /// <param name="preferredNodes">The nodes that every task prefers.</param>
    /// <exception cref="ArgumentException">The job is there already.</exception>
    public void AddJob(string name, IReadOnlyList<IReadOnlyList<string>> preferredNodes)
    {
        ArgumentNullException.ThrowIfNull(preferredNodes);
        if (_jobs.Exists(j => j.Name == name))
            throw new ArgumentException($"Job '{name}' is there already.", nameof(name));
        _jobs.Add(new Job(name, preferredNodes));
    }

    /// <summary>Counts a task of a job as finished.</summary>
    /// <exception cref="ArgumentException">The job is unknown or runs nothing.</exception>
    public void Finish(string job)
    {
        Job found = _jobs.Find(j => j.Name == job && j.Running > 0) ?? throw new ArgumentException($"Job '{job}' runs nothing.", nameof(job));
        found.Running--;
    }

    /// <summary>Offers one slot on a node.</summary>
    /// <returns>What was launched on it, or null when nobody took it.</returns>
    public DelayedLaunch? Offer(string node)
    {
        foreach (Job job in _jobs.Where(j => j.Waiting.Count > 0).OrderBy(j => j.Running))
        {
            if (job.TaskPreferring(n => n == node) is { } local)
            {
                job.Skips = 0;
                return job.Launch(local, Locality.Node);
            }

            if (job.Skips >= _rackAfter && _rackOf(node) is { } rack && job.TaskPreferring(n => _rackOf(n) == rack) is { } near)
                return job.Launch(near, Locality.Rack);
            if (job.Skips >= _rackAfter + _anyAfter)
                return job.Launch(job.Waiting[0], Locality.Any);
            job.Skips++;
        }

        return null;
    }

    private sealed class Job(string name, IReadOnlyList<IReadOnlyList<string>> preferredNodes)
    {
        public string Name { get; } = name;

        public List<int> Waiting { get; } = [.. Enumerable.Range(0, preferredNodes.Count)];

        public int Running { get; set; }

        public int Skips { get; set; }

        public int? TaskPreferring(Func<string, bool> accepts)
        {
            foreach (int task in Waiting)
            {
                if (preferredNodes[task].Any(accepts))
                    return task;
            }

            return null;
        }

        public DelayedLaunch Launch(int task, Locality locality)
        {
            Waiting.Remove(task);
            Running++;
            return new DelayedLaunch(Name, task, locality);
        }
    }
}
