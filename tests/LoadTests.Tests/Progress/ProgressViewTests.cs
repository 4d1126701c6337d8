using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Progress;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Progress;

public sealed class ProgressViewTests
{
    [Fact]
    public void Of_RunUnderWay_TellsTheLastWholeInterval()
    {
        var time = new VirtualTime();
        Scenario scenario = VirtualTime.Scenario(new OpenLoop("constant", 100, (r, _) => new ConstantArrivals(r)), TimeSpan.FromSeconds(4), warmUp: TimeSpan.FromSeconds(1));
        var run = new ScenarioRun(scenario, time.Clock, new TimerPacer(time.Clock), []);
        for (int i = 0; i < 50; i++)
        {
            long due = run.Recorder.From + i * 20_000_000;
            run.Recorder.IterationEnded(new StepOutcome(i % 10 == 9 ? FailureKind.Timeout : FailureKind.None, due), due, due + 2_000_000);
        }

        Assert.Equal(("virtual", true, 0.0), Told(ProgressFigures.Of(run)));
        time.Time.Advance(TimeSpan.FromSeconds(2.5));
        ProgressFigures figures = ProgressFigures.Of(run);

        Assert.Equal(("virtual", false, 45.0), Told(figures));
        Assert.Equal((0.5, 50, 5), (figures.Part, figures.Ended, figures.Failed));
        Assert.Equal("virtual: 50 %, 50 ended, 5 failed; now 45/s, p50 2 ms, p99 2 ms", ProgressView.LineOf(figures));
    }

    [Fact]
    public void TableOf_Runs_HasARowWithABarForEach()
    {
        var output = new StringWriter();
        Consoles.Create(output).Write(ProgressView.TableOf(
            [new ProgressFigures("first", 0.5, WarmingUp: false, 1234, 0, 100, 1, 20), new ProgressFigures("second", 0.1, WarmingUp: true, 0, 3, 0, 0, 0)]));

        string[] rows = output.ToString().Split('\n');
        Assert.Contains(rows, r => r.Contains("first", StringComparison.Ordinal) && r.Contains("███████████████░░░░░░░░░░░░░░░ 50 %", StringComparison.Ordinal) && r.Contains("1,234", StringComparison.Ordinal));
        Assert.Contains(rows, r => r.Contains("second", StringComparison.Ordinal) && r.Contains("███░", StringComparison.Ordinal));
    }

    private static (string Name, bool WarmingUp, double PerSecond) Told(ProgressFigures f) => (f.Name, f.WarmingUp, f.PerSecond);
}
