using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Running;

public sealed class StepPickerTests
{
    [Fact]
    public void Next_ManyDraws_FollowTheWeightsAndTheirChange()
    {
        var picker = new StepPicker([1, 3, 0, 4], seed: 3);
        long[] counts = Counts(picker);
        Assert.Equal(0, counts[2]);
        ChiSquare.AssertFits([counts[0], counts[1], counts[3]], [0.125, 0.375, 0.5]);

        picker.Change([0, 0, 5, 0]);
        Assert.Equal([0, 0, 10_000, 0], Counts(picker));
    }

    private static long[] Counts(StepPicker picker)
    {
        long[] counts = new long[4];
        for (int i = 0; i < 10_000; i++)
            counts[picker.Next()]++;
        return counts;
    }
}
