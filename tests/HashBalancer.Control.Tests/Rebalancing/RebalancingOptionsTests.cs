namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class RebalancingOptionsTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(new RebalancingOptions().Validate());

    [Fact]
    public void Validate_EverythingOutOfRange_NamesEachKeyWithValueAndRange() => Assert.Equal(
        [
            "HashBalancer:Rebalancing:Mode: is '7'; allowed are Off, Observe and On.",
            "HashBalancer:Rebalancing:Tolerance: is 'NaN'; allowed are 0.01 to 1.",
            "HashBalancer:Rebalancing:Interval: is '00:00:00'; allowed are 00:00:01 to 00:01:00.",
            "HashBalancer:Rebalancing:PlanBudget: is '0'; allowed are 0.0001 to 1.",
            "HashBalancer:Rebalancing:WindowBudget: is '1.5'; allowed are 0.0001 to 1.",
            "HashBalancer:Rebalancing:BudgetWindow: is '00:00:01'; allowed are 00:01:00 to 1.00:00:00.",
            "HashBalancer:Rebalancing:Dwell: is '-00:00:01'; allowed are 00:00:00 to 01:00:00.",
            "HashBalancer:Rebalancing:Blackout: is '01:00:00'; allowed are 00:00:00 to 00:10:00.",
            "HashBalancer:Rebalancing:MostOverrides: is '0'; allowed are 1 to 8000.",
        ],
        new RebalancingOptions
        {
            Mode = (RebalancingMode)7,
            Tolerance = double.NaN,
            Interval = TimeSpan.Zero,
            PlanBudget = 0,
            WindowBudget = 1.5,
            BudgetWindow = TimeSpan.FromSeconds(1),
            Dwell = TimeSpan.FromSeconds(-1),
            Blackout = TimeSpan.FromHours(1),
            MostOverrides = 0,
        }.Validate());
}
