using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class AgreementTests
{
    [Fact]
    public void Count_LastAnswersOfGateways_DecideOverKeysThatTwoHaveAnswered()
    {
        var agreement = new Agreement(gateways: 3, keyCount: 4);
        agreement.Record(0, key: 0, node: 1);
        agreement.Record(1, key: 0, node: 1);
        agreement.Record(2, key: 0, node: 1);
        agreement.Record(0, key: 1, node: 0);
        agreement.Record(2, key: 1, node: 1);
        agreement.Record(0, key: 2, node: 0);
        agreement.Record(1, key: 3, node: 2);
        agreement.Record(2, key: 3, node: 0);
        agreement.Record(2, key: 3, node: 2);

        Assert.Equal((3, 2), agreement.Count());
        Assert.Equal([3, 2, 4], agreement.Answers);
    }
}
