using HashBalancer.Allocation.Policies.Fifo;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Policies.Fifo;

public sealed class JobQueueTests
{
    private static readonly ResourceSet Set = new("cpu", "memory");

    [Fact]
    public void Divide_SameSubmission_GoesByName()
    {
        JobDivision division = JobQueue.Divide(Set.Vector(("cpu", 3)), [new QueuedJob("b", Cpu(1), 2), new QueuedJob("a", Cpu(1), 2)], headOfLine: HeadOfLine.Backfill);
        Assert.Equal(["a", "b"], division.Order);
        Assert.Equal([1, 2], division.Tasks);
    }

    [Fact]
    public void Divide_Fifo_IgnoresPriority() =>
        Assert.Equal(["a", "b"], JobQueue.Divide(Cpu(9), [new QueuedJob("a", Cpu(1), 1, Submitted: 1), new QueuedJob("b", Cpu(1), 1, Submitted: 2, Priority: 9)]).Order);

    [Fact]
    public void Divide_FullyServedHead_LetsTheNextGoOn() =>
        Assert.Equal([2, 1], JobQueue.Divide(Cpu(3), [new QueuedJob("a", Cpu(1), 2), new QueuedJob("b", Cpu(1), 2)]).Tasks);

    [Fact]
    public void Divide_PriorityWithBackfill_FillsWhatTheHigherLeaves() =>
        Assert.Equal([1, 1], JobQueue.Divide(Cpu(5), [new QueuedJob("low", Cpu(1), 1), new QueuedJob("high", Cpu(4), 3, Priority: 1)], JobOrder.Priority, HeadOfLine.Backfill).Tasks);

    [Fact]
    public void Divide_BadJob_Throws()
    {
        Assert.StartsWith("Job 'a' wants -1 tasks of cpu 1; it must want 0 or more of something.", Assert.Throws<ArgumentException>(() => JobQueue.Divide(Cpu(1), [new QueuedJob("a", Cpu(1), -1)])).Message);
        Assert.StartsWith("Job 'a' wants 1 tasks of nothing;", Assert.Throws<ArgumentException>(() => JobQueue.Divide(Cpu(1), [new QueuedJob("a", Set.Vector(), 1)])).Message);
    }

    private static ResourceVector Cpu(decimal cpu) => Set.Vector(("cpu", cpu));
}
