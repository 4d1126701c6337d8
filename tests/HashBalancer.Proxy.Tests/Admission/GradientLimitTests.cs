namespace HashBalancer.Proxy.Tests.Admission;

/// <summary>The limit before a pool of fifty slots, each request in a slot of its own or waiting there for one.</summary>
public sealed class GradientLimitTests
{
    private const int Slots = 50;
    private const double Time = 0.01;
    private readonly GradientLimit _limit = new(10, 1000);
    private readonly Random _random = new(1);

    [Fact]
    public void Limit_WithoutOverload_StaysWhereItBegins()
    {
        Run(100, demand: 8);

        Assert.Equal(10, _limit.Limit);
    }

    [Fact]
    public void Limit_UnderOverload_SettlesAboveTheSlotsAndDoesNotCreep()
    {
        Run(30, demand: 1000);
        int soon = _limit.Limit;
        // An hour of windows.
        Run(14_400, demand: 1000);

        Assert.InRange(soon, Slots, 2 * Slots);
        Assert.InRange(_limit.Limit, soon - 10, soon + 10);
    }

    [Fact]
    public void Limit_OverloadComes_IsReachedWithinTwoSeconds()
    {
        Run(100, demand: 8);
        Run(8, demand: 1000);

        Assert.InRange(_limit.Limit, Slots, 4 * Slots);
    }

    [Fact]
    public void Limit_EveryRequestTakesTwiceAsLong_ComesBack()
    {
        Run(100, demand: 1000);
        int before = _limit.Limit;
        Run(400, demand: 1000, Time * 2);

        Assert.InRange(_limit.Limit, before - 15, before + 15);
    }

    [Fact]
    public void Limit_HalfTheSlotsGo_FollowsThem()
    {
        Run(100, demand: 1000);
        Run(100, demand: 1000, slots: Slots / 2);

        Assert.InRange(_limit.Limit, Slots / 2, Slots);
    }

    [Fact]
    public void Limit_TimesAreThoseOfHitsAndMisses_StaysAboveTheSlots()
    {
        for (int window = 0; window < 2000; window++)
        {
            int inFlight = Math.Min(1000, _limit.Limit);
            double sum = 0;
            for (int i = 0; i < GateLimit.LeastSamples; i++)
                sum += (_random.NextDouble() < 0.05 ? 20 : 1) * Time * Math.Max(1, inFlight / (double)Slots);
            _limit.Observe(sum / GateLimit.LeastSamples, isFull: true, isFailing: false);
            if (window > 100)
                Assert.InRange(_limit.Limit, Slots / 2, 4 * Slots);
        }
    }

    [Fact]
    public void Limit_RequestsFail_ShrinksToTheLeast()
    {
        Run(100, demand: 1000);
        for (int i = 0; i < 200; i++)
            _limit.Observe(Time, isFull: true, isFailing: true);

        Assert.Equal(10, _limit.Limit);
    }

    private void Run(int windows, int demand, double time = Time, int slots = Slots)
    {
        for (int i = 0; i < windows; i++)
        {
            int inFlight = Math.Min(demand, _limit.Limit);
            // A tenth of noise.
            double noise = 0.95 + (0.1 * _random.NextDouble());
            _limit.Observe(noise * time * Math.Max(1, inFlight / (double)slots), demand >= _limit.Limit, isFailing: false);
        }
    }
}
