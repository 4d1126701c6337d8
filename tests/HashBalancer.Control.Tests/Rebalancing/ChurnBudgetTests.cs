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

    [Fact]
    public void Available_OfANewPool_IsTwiceAsMuchForAWindowFromTheFirstMove()
    {
        _budget.IsOfANewPool = true;
        DateTimeOffset first = Start.AddHours(1);
        for (int i = 0; i < 4; i++)
            _budget.Spend(first.AddMinutes(2 * i), 0.02);
        Assert.Equal(0.02, _budget.Available(first.AddMinutes(9)), 9);
        _budget.Spend(first.AddMinutes(9), 0.02);
        Assert.Equal(0, _budget.Available(first.AddMinutes(9.9)), 9);
        // What moved counts on, and the next window has no more than any other.
        Assert.Equal(0, _budget.Available(first.AddMinutes(13)), 9);
        Assert.Equal(0.01, _budget.Available(first.AddMinutes(14)), 9);
    }
}
