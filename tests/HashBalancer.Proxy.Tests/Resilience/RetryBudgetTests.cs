using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Resilience;

/// <summary>How many retries a pool may spend.</summary>
public sealed class RetryBudgetTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RetryBudget _budget = new();

    [Fact]
    public void TryWithdraw_AfterTheFirstFifty_AShareOfTheRequests()
    {
        var policy = new RetryPolicy { BudgetPerSecond = 0 };
        Assert.Equal(50, Spend(policy));

        for (int i = 0; i < 1000; i++)
            _budget.Deposit(0.1);

        Assert.Equal(100, Spend(policy));
    }

    [Fact]
    public void TryWithdraw_TimePasses_PaysItsRateUpToTheMost()
    {
        var policy = new RetryPolicy { BudgetPerSecond = 10 };
        Spend(policy);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(20, Spend(policy));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, Spend(policy));
    }

    private int Spend(RetryPolicy policy)
    {
        int spent = 0;
        while (_budget.TryWithdraw(policy, _time))
            spent++;
        return spent;
    }
}
