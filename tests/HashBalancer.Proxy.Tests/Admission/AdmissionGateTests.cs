using HashBalancer.Allocation.Admission;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Admission;

/// <summary>Who is let in, who waits, and who is turned away.</summary>
public sealed class AdmissionGateTests
{
    private const int Limit = 10;
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Enter_Overload_LosesNoGoodputAndNothingOfTheHighestClass()
    {
        AdmissionGate gate = Gate(AdmissionOrder.Priority, ("gold", 2, 1), ("silver", 1, 1), ("bronze", 0, 1));

        // 13 arrive where 10 can be served: gold 4, silver 4, bronze 5.
        Dictionary<string, Tally> tallies = await Overload(gate, ("gold", 4), ("silver", 4), ("bronze", 5));

        Assert.InRange(tallies.Values.Sum(t => t.Admitted), 0.95 * Limit * Rounds, Limit * Rounds);
        // Those of the last round may still wait.
        Assert.InRange(tallies["gold"].Admitted, 4 * (Rounds - 1), 4 * Rounds);
        Assert.InRange(tallies["silver"].Admitted, 4 * (Rounds - 1), 4 * Rounds);
        Assert.Equal((0, 0), (tallies["gold"].Refused, tallies["silver"].Refused));
        Assert.InRange(tallies["bronze"].Refused, 2 * Rounds, 5 * Rounds);
    }

    [Fact]
    public async Task Enter_GateTookAnothersPlace_CountsWhoIsInsideThatOne()
    {
        var before = new AdmissionGate(new AdmissionPolicy { Limit = 2 }, _time);
        Assert.Equal(AdmissionResult.Admitted, await before.EnterAsync(0, CancellationToken.None));
        Assert.Equal(AdmissionResult.Admitted, await before.EnterAsync(0, CancellationToken.None));
        var after = new AdmissionGate(new AdmissionPolicy { Limit = 3 }, _time, before);

        Assert.Equal(AdmissionResult.Admitted, await after.EnterAsync(0, CancellationToken.None));
        Task<AdmissionResult> fourth = after.EnterAsync(0, CancellationToken.None).AsTask(), fifth = after.EnterAsync(0, CancellationToken.None).AsTask();
        Assert.Equal((false, 2), (fourth.IsCompleted, after.Waiting));
        before.Leave(0);
        Assert.Equal(AdmissionResult.Admitted, await fourth);
        Assert.Equal((false, 1), (fifth.IsCompleted, after.Waiting));
        before.Leave(0);
        Assert.Equal(AdmissionResult.Admitted, await fifth);
    }

    [Fact]
    public void Replace_AdmissionThatSaysTheSame_KeepsItsGate()
    {
        var policies = new PoolPolicies(_time);
        AdmissionGate first = Put(2, 1);
        Assert.Same(first, Put(2, 1));
        Assert.NotSame(first, Put(2, 3));

        AdmissionGate Put(int limit, int priority)
        {
            var admission = new AdmissionPolicy { Limit = limit, ClassHeader = "X", Classes = new() { ["gold"] = new() { Priority = priority } } };
            policies.Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal) { ["items"] = new() { Admission = admission } });
            Assert.True(policies.TryGetPool("items", out Pool? pool));
            return pool.Gate!;
        }
    }

    [Fact]
    public async Task Enter_OverloadInFairOrder_SharesByWeight()
    {
        AdmissionGate gate = Gate(AdmissionOrder.Fair, ("a", 0, 3), ("b", 0, 1), ("c", 0, 1));

        // c asks for less than its share of 2 and gets all of it; a and b share the 9 left by 3 to 1.
        Dictionary<string, Tally> tallies = await Overload(gate, ("a", 8), ("b", 4), ("c", 1));

        double all = tallies.Values.Sum(t => t.Admitted);
        Assert.InRange(all, 0.95 * Limit * Rounds, Limit * Rounds);
        Assert.InRange(tallies["c"].Admitted, Rounds - 1, Rounds);
        Assert.Equal(0, tallies["c"].Refused);
        Assert.InRange(tallies["a"].Admitted / (9.0 * Rounds), 0.75 * 0.95, 0.75 * 1.05);
        Assert.InRange(tallies["b"].Admitted / (9.0 * Rounds), 0.25 * 0.95, 0.25 * 1.05);
    }

    [Fact]
    public async Task Enter_FullQueue_ShedsTheLowestClassAndRefusesIt()
    {
        AdmissionGate gate = Gate(AdmissionOrder.Priority, queue: 1, ("gold", 2, 1), ("bronze", 0, 1));
        await Fill(gate, "gold");
        Task<AdmissionResult> bronze = Enter(gate, "bronze");

        Task<AdmissionResult> gold = Enter(gate, "gold");

        Assert.Equal(AdmissionResult.Shed, await bronze);
        Assert.Equal(AdmissionResult.QueueFull, await Enter(gate, "bronze"));
        Assert.Equal(AdmissionResult.QueueFull, await Enter(gate, "gold"));
        gate.Leave(gate.ClassOf("gold"));
        Assert.Equal(AdmissionResult.Admitted, await gold);
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Enter_NoPlaceInTime_IsRefusedAndItsPlaceGoesToTheNext()
    {
        AdmissionGate gate = Gate(AdmissionOrder.Fifo, ("a", 0, 1));
        await Fill(gate, "a");
        Task<AdmissionResult> late = Enter(gate, "a");
        _time.Advance(TimeSpan.FromMilliseconds(600));
        Task<AdmissionResult> next = Enter(gate, "a");

        _time.Advance(TimeSpan.FromMilliseconds(400));

        Assert.Equal(AdmissionResult.TimedOut, await late);
        Assert.Equal(1, gate.Waiting);
        gate.Leave(gate.ClassOf("a"));
        Assert.Equal(AdmissionResult.Admitted, await next);
    }

    [Fact]
    public async Task Enter_ClientLeaves_GivesUpItsPlaceInTheQueue()
    {
        AdmissionGate gate = Gate(AdmissionOrder.Fifo, ("a", 0, 1));
        await Fill(gate, "a");
        using var leave = new CancellationTokenSource();
        Task<AdmissionResult> gone = gate.EnterAsync(gate.ClassOf("a"), leave.Token).AsTask();
        Task<AdmissionResult> next = Enter(gate, "a");

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        gate.Leave(gate.ClassOf("a"));
        Assert.Equal(AdmissionResult.Admitted, await next);
    }

    [Fact]
    public async Task Enter_ClassAtItsMaximum_LetsOthersPass()
    {
        var policy = new AdmissionPolicy { Limit = 2, ClassHeader = "X", Classes = new() { ["a"] = new() { MaxInFlight = 1 } } };
        var gate = new AdmissionGate(policy, _time);
        Assert.Equal(AdmissionResult.Admitted, await Enter(gate, "a"));
        Task<AdmissionResult> second = Enter(gate, "a");
        Assert.False(second.IsCompleted);

        gate.Leave(gate.ClassOf("a"));

        Assert.Equal(AdmissionResult.Admitted, await second);
        Assert.Equal(AdmissionResult.Admitted, await Enter(gate, "unknown"));
    }

    /// <summary>Two steps of priority are 200 ms of waiting: who waited longer than that goes before the higher class.</summary>
    [Theory]
    [InlineData(199, "gold")]
    [InlineData(201, "bronze")]
    public async Task Enter_WithAgeing_WaitingCountsAsPriority(int earlier, string first)
    {
        var policy = new AdmissionPolicy
        {
            Limit = 1,
            Order = AdmissionOrder.Priority,
            Ageing = TimeSpan.FromMilliseconds(100),
            ClassHeader = "X-Class",
            Classes = new() { ["gold"] = new() { Priority = 2 }, ["bronze"] = new() },
        };
        var gate = new AdmissionGate(policy, _time);
        Assert.Equal(AdmissionResult.Admitted, await Enter(gate, "gold"));
        Task<AdmissionResult> bronze = Enter(gate, "bronze");
        _time.Advance(TimeSpan.FromMilliseconds(earlier));
        Task<AdmissionResult> gold = Enter(gate, "gold");

        gate.Leave(gate.ClassOf("gold"));

        Assert.Equal(first == "gold" ? gold : bronze, await Task.WhenAny(gold, bronze));
        Assert.Equal(1, gate.Waiting);
    }

    private const int Rounds = 100;

    /// <summary>Rounds of a quarter of the queue's timeout: all that were let in finish at the end of each.</summary>
    private async Task<Dictionary<string, Tally>> Overload(AdmissionGate gate, params (string Class, int PerRound)[] arrivals)
    {
        List<(string Class, Task<AdmissionResult> Task)> open = [];
        Dictionary<string, Tally> tallies = arrivals.ToDictionary(a => a.Class, _ => new Tally(), StringComparer.Ordinal);
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((string cls, int count) in arrivals)
            {
                for (int i = 0; i < count; i++)
                    open.Add((cls, Enter(gate, cls)));
            }

            await Settle(gate, open, tallies, arrivals.Sum(a => a.PerRound));
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }

        return tallies;
    }

    /// <summary>Serves everybody who is let in within one round: those inside leave one by one, as many as were inside.</summary>
    private static async Task Settle(AdmissionGate gate, List<(string Class, Task<AdmissionResult> Task)> open, Dictionary<string, Tally> tallies, int arrived)
    {
        await Eventually.IsTrue(() => open.Count(o => !o.Task.IsCompleted) == gate.Waiting, "everybody knows where they stand");
        Assert.InRange(gate.Waiting, 0, 100 + arrived);
        foreach ((string cls, Task<AdmissionResult> task) in open.Where(o => o.Task.IsCompleted).ToArray())
        {
            open.Remove((cls, task));
            if (await task == AdmissionResult.Admitted)
            {
                tallies[cls].Admitted++;
                gate.Leave(gate.ClassOf(cls));
            }
            else
            {
                tallies[cls].Refused++;
            }
        }
    }

    private AdmissionGate Gate(AdmissionOrder order, params (string Name, int Priority, double Weight)[] classes) => Gate(order, 1000, classes);

    private AdmissionGate Gate(AdmissionOrder order, int queue, params (string Name, int Priority, double Weight)[] classes) => new(
        new AdmissionPolicy
        {
            Limit = Limit,
            Order = order,
            QueueLimit = queue,
            ClassHeader = "X-Class",
            Classes = classes.ToDictionary(c => c.Name, c => new AdmissionClassPolicy { Priority = c.Priority, Weight = c.Weight }, StringComparer.Ordinal),
        },
        _time);

    private static async Task Fill(AdmissionGate gate, string cls)
    {
        for (int i = 0; i < Limit; i++)
            Assert.Equal(AdmissionResult.Admitted, await Enter(gate, cls));
    }

    private static Task<AdmissionResult> Enter(AdmissionGate gate, string cls) => gate.EnterAsync(gate.ClassOf(cls), CancellationToken.None).AsTask();

    private sealed class Tally
    {
        public int Admitted { get; set; }

        public int Refused { get; set; }
    }
}
