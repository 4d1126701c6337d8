namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class ChurnBudgetTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ChurnBudget _budget = new(0.02, 0.05, TimeSpan.FromMinutes(10));

    [Fact]
    public void Available_NothingSpent_IsAPlans() => Assert.Equal(0.02, _budget.Available(Start));

    [Fact]
    public void Available_WindowNearlySpent_IsWhatIsLeftUntilItSlidesOn()
    {
        _budget.Spend(Start, 0.02);
        _budget.Spend(Start.AddMinutes(5), 0.02);
        Assert.Equal(0.01, _budget.Available(Start.AddMinutes(9)), 9);
        _budget.Spend(Start.AddMinutes(9), 0.01);
        Assert.Equal(0, _budget.Available(Start.AddMinutes(9.9)), 9);
        Assert.Equal(0.02, _budget.Available(Start.AddMinutes(10)), 9);
    }
}
