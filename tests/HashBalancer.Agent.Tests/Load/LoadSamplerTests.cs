using HashBalancer.Testing;

namespace HashBalancer.Agent.Tests.Load;

/// <summary>The measurement on a clock that the test moves.</summary>
public sealed class LoadSamplerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeUsage _usage = new();
    private readonly RequestCounter _requests = new();

    [Fact]
    public void Report_ProcessorMemoryAndRequests_AreFractionsOfWhatThereIs()
    {
        LoadSampler sampler = Create(new LoadOptions());
        _usage.Cpu = TimeSpan.FromSeconds(1.2);
        _usage.Memory = 250;
        for (int i = 0; i < 30; i++)
        {
            _requests.Begin();
            _requests.End();
        }

        Look(sampler, 20);
        Assert.Equal(new LoadReport(0.3, 0.25, 30, 0.3), Rounded(sampler.Current));
        Assert.Equal("TEXT cpu_utilization=0.3,mem_utilization=0.25,rps_fractional=30,application_utilization=0.3", sampler.Current.ToString());
        _usage.Cpu = TimeSpan.FromSeconds(6.2);
        Look(sampler, 20);
        Assert.Equal(new LoadReport(1.25, 0.25, 0, 1.25), Rounded(sampler.Current));
    }

    [Fact]
    public void Utilisation_ConcurrencyLimit_IsTheMeanOfRequestsInFlight()
    {
        LoadSampler sampler = Create(new LoadOptions { ConcurrencyLimit = 4 });
        _requests.Begin();
        _requests.Begin();
        Look(sampler, 10);
        _requests.End();
        _requests.End();
        Look(sampler, 10);
        Assert.Equal(0.25, sampler.Current.Utilisation);
    }

    [Fact]
    public void Utilisation_SeveralSources_IsTheHighestThatIsANumber()
    {
        LoadSampler sampler = Create(new LoadOptions(), new Fixed(0.4), new Fixed(double.NaN), new Fixed(0.7), new Fixed(-3), new Fixed(double.PositiveInfinity));
        _usage.Cpu = TimeSpan.FromSeconds(4);
        Look(sampler, 20);
        Assert.Equal(0.7, sampler.Current.Utilisation);
        Assert.Equal(1, sampler.Current.Cpu);
    }

    [Fact]
    public void Utilisation_SourceThrows_IsLeftOutAndToldOnce()
    {
        var faults = new List<Exception>();
        var sampler = new LoadSampler(new LoadOptions(), _usage, _requests, [new Broken(), new Fixed(0.4)], _time, 4, 1000) { Faulted = faults.Add };
        Look(sampler, 60);
        Assert.Equal(0.4, sampler.Current.Utilisation);
        Assert.Equal("broken", Assert.Single(faults).Message);
    }

    [Fact]
    public void Report_WithoutRequests_LeavesTheirRateOut() =>
        Assert.Equal(
            "TEXT cpu_utilization=0.5,mem_utilization=0.1235,application_utilization=0.5", new LoadReport(0.5, 0.12345678, null, 0.5).ToString());

    private static LoadReport Rounded(LoadReport report) =>
        report with { Cpu = Math.Round(report.Cpu, 9), Utilisation = Math.Round(report.Utilisation, 9) };

    private LoadSampler Create(LoadOptions options, params IUtilisationSource[] sources) =>
        new(options, _usage, _requests, sources, _time, processors: 4, memoryBytes: 1000);

    private void Look(LoadSampler sampler, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            sampler.Look();
        }
    }

    private sealed class FakeUsage : IProcessUsage
    {
        public TimeSpan Cpu { get; set; }

        public long Memory { get; set; } = 100;

        public (TimeSpan Cpu, long MemoryBytes) Read() => (Cpu, Memory);
    }

    private sealed class Fixed(double value) : IUtilisationSource
    {
        public double Utilisation => value;
    }

    private sealed class Broken : IUtilisationSource
    {
        public double Utilisation => throw new InvalidOperationException("broken");
    }
}
