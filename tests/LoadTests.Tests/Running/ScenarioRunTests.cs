using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Running;

public sealed class ScenarioRunTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public async Task Run_WarmUp_LeavesNoTrace()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(Constant(100), TimeSpan.FromSeconds(1), warmUp: TimeSpan.FromSeconds(1)),
            [new InstantStep(_time.Clock, key => new StepOutcome(key < 100 ? FailureKind.Status : FailureKind.None, Status: 200, Node: 0))]);

        // The sequence's first 100 keys fall into the warm-up.
        Assert.Equal((100, 100, 0), (recorder.Planned, recorder.Iterations.Ended, recorder.Iterations.Failed));
        Assert.Equal(100, recorder.Affinity.Answers);
    }

    [Fact]
    public async Task Run_StepFails_LaterStepsAreLeftOutAndTheIterationFails()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(Constant(100), TimeSpan.FromSeconds(1)),
            [
                new InstantStep(_time.Clock, key => new StepOutcome(key % 4 == 0 ? FailureKind.Timeout : FailureKind.None, Status: 200)),
                new TimedStep(_time, TimeSpan.FromMilliseconds(3)),
            ]);

        Assert.Equal((100, 25), (recorder.Steps[0].Ended, recorder.Steps[0].Failed));
        Assert.Equal((75, 0), (recorder.Steps[1].Ended, recorder.Steps[1].Failed));
        Assert.Equal((100, 25), (recorder.Iterations.Ended, recorder.Iterations.Failed));
        Assert.Equal([KeyValuePair.Create("Timeout", 25L)], recorder.Iterations.Failures);
        Assert.Equal(75, recorder.Iterations.Latency.Count);
    }

    [Fact]
    public async Task Run_TwoSteps_EachIsTimedFromWhereItBeginsAndTheIterationFromItsStart()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(Constant(100), TimeSpan.FromSeconds(1)),
            [new TimedStep(_time, TimeSpan.FromMilliseconds(2)), new TimedStep(_time, TimeSpan.FromMilliseconds(3))]);

        Assert.Equal((2_000_000, 3_000_000), (recorder.Steps[0].Latency.Max, recorder.Steps[1].Latency.Max));
        Assert.Equal((5_000_000, 5_000_000), (recorder.Iterations.Latency.Min, recorder.Iterations.Latency.Max));
        Assert.Equal(100, recorder.Iterations.Latency.Count);
    }

    [Fact]
    public async Task Run_AnswersThatNameNodesAndCache_AreCounted()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(Constant(1000), TimeSpan.FromSeconds(2)),
            [new InstantStep(_time.Clock, key => new StepOutcome(FailureKind.None, Status: 200, Node: (int)(key % 4), Cached: key < 250))]);
        var nodes = new NodeTable();
        foreach (string name in (string[])["d", "b", "a", "c"])
            nodes.NumberOf(name);
        IReadOnlyList<NodeResult> results = ResultBuilder.Nodes(recorder, nodes);

        // 1,000 keys, twice.
        Assert.Equal(new AffinityResult(1000, 1000, 1, 0, 1), ResultBuilder.Affinity(recorder.Affinity));
        Assert.Equal(["a", "b", "c", "d"], results.Select(n => n.Name));
        Assert.All(results, n => Assert.Equal((500, 1.0), (n.Answers, n.OfMean)));
        Assert.Equal(new BalanceResult(1, 1), ResultBuilder.Balance(results));
        Assert.Equal((500, 2000), (recorder.CacheHits, recorder.CacheAnswers));
    }

    [Fact]
    public async Task Run_RequestsThatAreNeverSent_AreAnErrorOfTheRate()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(Constant(100), TimeSpan.FromSeconds(1)), [new RefusingStep(key => key % 10 == 0)]);
        RateResult rate = ResultBuilder.Rate(recorder, wanted: 100);

        Assert.Equal((100, 90), (rate.Planned, rate.SentInTime));
        Assert.Equal(0.1, rate.Error!.Value, 12);
        Assert.Equal(90, rate.Answered, 9);
    }

    [Fact]
    public async Task Run_ClosedLoop_KeepsItsUsersBusyAndPauses()
    {
        Recorder recorder = await _time.Run(
            VirtualTime.Scenario(new ClosedLoop(users: 3, TimeSpan.FromMilliseconds(8)), TimeSpan.FromSeconds(1)),
            [new TimedStep(_time, TimeSpan.FromMilliseconds(2))]);

        Assert.Equal(3 * 100, recorder.Iterations.Ended);
        Assert.Equal(2_000_000, recorder.Iterations.Latency.Max);
        Assert.Null(ResultBuilder.Rate(recorder, wanted: null).Error);
    }

    [Fact]
    public async Task Run_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        var run = new ScenarioRun(
            VirtualTime.Scenario(Constant(1000), TimeSpan.FromSeconds(1)), _time.Clock, new TimerPacer(_time.Clock),
            [new InstantStep(_time.Clock, _ => new StepOutcome(FailureKind.None, Status: 200))]);
        Task task = run.Run(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
    }

    private static OpenLoop Constant(double rate) => new("constant", rate, (r, _) => new ConstantArrivals(r));

    private sealed class RefusingStep(Func<long, bool> refuses) : IStep
    {
        public ValueTask<StepOutcome> Execute(long key, long begin) => ValueTask.FromResult(
            refuses(key) ? new StepOutcome(FailureKind.Connect) : new StepOutcome(FailureKind.None, begin, 200));
    }
}
