using HashBalancer.Allocation.Admission;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Tests.Support;

namespace HashBalancer.Allocation.Tests.Admission;

public sealed class AdmissionQueueTests
{
    private static ResourceVector Cpus(decimal quantity) => Fleets.Cpu.Vector(("cpu", quantity));

    private static AdmissionQueue Queue(AdmissionOrder order, params AdmissionClass[] classes) => new(order, Cpus(4), classes);

    private static void Enqueue(AdmissionQueue queue, int cls, string id, decimal cost = 1, long arrival = 0) =>
        queue.Enqueue(cls, new AdmissionRequest(id, Cpus(cost), arrival));

    private static string Admitted(AdmissionQueue queue)
    {
        var ids = new List<string>();
        while (queue.TryAdmit(out AdmissionRequest request) >= 0)
            ids.Add(request.Id);
        return string.Join(' ', ids);
    }

    [Fact]
    public void TryAdmit_Fifo_NobodyOvertakesWhoDoesNotFit()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Fifo, new("a"), new("b"));
        Enqueue(queue, 0, "large", cost: 3, arrival: 1);
        Enqueue(queue, 0, "larger", cost: 2, arrival: 2);
        Enqueue(queue, 1, "small", cost: 1, arrival: 3);

        Assert.Equal("large", Admitted(queue));
        Assert.Equal((2, 1, 1), (queue.Waiting, queue.WaitingIn(0), queue.WaitingIn(1)));
        queue.Complete(0, Cpus(3));
        Assert.Equal("larger small", Admitted(queue));
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public void TryAdmit_Priority_PassesOverWhoDoesNotFit()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Priority, new("low"), new("high") { Priority = 1 });
        Enqueue(queue, 0, "l1");
        Enqueue(queue, 0, "l2");
        Enqueue(queue, 1, "h1", cost: 3);
        Enqueue(queue, 1, "h2", cost: 3);

        Assert.Equal("h1 l1", Admitted(queue));
    }

    [Fact]
    public void TryAdmit_Fair_GoesByShareOverWeight()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Fair, new("one"), new("three") { Weight = 3 });
        for (int i = 1; i <= 4; i++)
        {
            Enqueue(queue, 0, $"a{i}");
            Enqueue(queue, 1, $"b{i}");
        }

        Assert.Equal("a1 b1 b2 b3", Admitted(queue));
    }

    [Fact]
    public void TryAdmit_Capacity_ServesTheLeastUsedGuaranteeAndOthersLast()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Capacity, new("none"), new("half") { Guaranteed = 0.5 }, new("quarter") { Guaranteed = 0.25 });
        for (int i = 1; i <= 3; i++)
        {
            Enqueue(queue, 0, $"n{i}");
            Enqueue(queue, 1, $"h{i}", arrival: 1);
            Enqueue(queue, 2, $"q{i}", arrival: 2);
        }

        Assert.Equal("h1 q1 h2 h3", Admitted(queue));
    }

    [Fact]
    public void TryAdmit_AClassAtItsMaximum_WaitsForItsOwn()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Priority, new AdmissionClass("capped") { Maximum = Fleets.Cpus(1) });
        Enqueue(queue, 0, "1");
        Enqueue(queue, 0, "2");

        Assert.Equal("1", Admitted(queue));
        queue.Complete(0, Cpus(1));
        Assert.Equal("2", Admitted(queue));
    }

    [Fact]
    public void TryAdmit_Ties_GoToTheEarlierThenTheSmallerId()
    {
        AdmissionQueue queue = Queue(AdmissionOrder.Priority, new("a"), new("b"), new("c"));
        Enqueue(queue, 0, "late", arrival: 2);
        Enqueue(queue, 1, "y", arrival: 1);
        Enqueue(queue, 2, "x", arrival: 1);

        Assert.Equal("x y late", Admitted(queue));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.1)]
    public void New_AClassOutOfRange_IsRefused(double weight, double guaranteed) =>
        Assert.Throws<ArgumentException>(() => Queue(AdmissionOrder.Fair, new AdmissionClass("a") { Weight = weight, Guaranteed = guaranteed }));
}
