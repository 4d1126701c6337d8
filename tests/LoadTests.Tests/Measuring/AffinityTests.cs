using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class AffinityTests
{
    [Fact]
    public void Record_KeysThatKeepTheirNode_AreAllOnOneNode()
    {
        var affinity = new Affinity(keyCount: 10);
        for (int round = 0; round < 3; round++)
        {
            for (int key = 0; key < 10; key++)
                affinity.Record(key, key % 2);
        }

        Assert.Equal((30, 10, 10, 0), (affinity.Answers, affinity.KeysSeen, affinity.KeysOnOneNode, affinity.OffOwner));
        Assert.Equal(1, affinity.MostNodesPerKey);
        Assert.Equal((15, 15), (affinity.AnswersOf(0), affinity.AnswersOf(1)));
    }

    [Fact]
    public void Record_KeyThatWanders_IsCountedOnceAndItsAnswersEach()
    {
        var affinity = new Affinity(keyCount: 3);
        affinity.Record(0, 0);
        affinity.Record(1, 0);
        foreach (int node in (int[])[1, 1, 2, 0])
            affinity.Record(1, node);

        Assert.Equal((2, 1, 3), (affinity.KeysSeen, affinity.KeysOnOneNode, affinity.OffOwner));
        Assert.Equal(3, affinity.MostNodesPerKey);
    }

    [Fact]
    public void Empty_NothingAnswered_HasNoKeys()
    {
        var affinity = new Affinity(keyCount: 3);

        Assert.Equal((0, 0, 0), (affinity.KeysSeen, affinity.KeysOnOneNode, affinity.MostNodesPerKey));
    }
}
