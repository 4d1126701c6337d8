using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class KeyPhasesTests
{
    [Fact]
    public void Moved_OneNodeLeaves_ItsKeysMovedAndNoneStrayed()
    {
        var phases = new KeyPhases(phases: 2, keyCount: 9);
        Answer(phases, key => key % 3);
        phases.Current = 1;
        Answer(phases, key => key % 3 == 2 ? key % 2 : key % 3);

        Assert.Equal(new MovedKeys(9, 3, 0), phases.Moved(0, 1, concerned: 2));
    }

    [Fact]
    public void Moved_KeyGoesBetweenTwoOtherNodes_IsAStray()
    {
        var phases = new KeyPhases(phases: 2, keyCount: 9);
        Answer(phases, key => key % 3);
        phases.Current = 1;
        Answer(phases, key => key == 0 ? 1 : key % 3);

        Assert.Equal(new MovedKeys(9, 1, 1), phases.Moved(0, 1, concerned: 2));
        Assert.Equal(new MovedKeys(9, 1, 0), phases.Moved(0, 1, concerned: 1));
    }

    [Fact]
    public void Moved_FewAnswersFromElsewhere_AreOutvoted()
    {
        var phases = new KeyPhases(phases: 2, keyCount: 1);
        foreach (int node in (int[])[1, 0, 0, 1, 0, 0])
            phases.Record(0, node);
        phases.Current = 1;
        phases.Record(0, 0);

        Assert.Equal(new MovedKeys(1, 0, 0), phases.Moved(0, 1, concerned: -1));
    }

    [Fact]
    public void Moved_KeysSeenInOnePhaseAlone_DoNotCount()
    {
        var phases = new KeyPhases(phases: 2, keyCount: 3);
        phases.Record(0, 0);
        phases.Current = KeyPhases.Between;
        phases.Record(1, 0);
        phases.Current = 1;
        phases.Record(1, 1);
        phases.Record(2, 1);

        Assert.Equal(new MovedKeys(0, 0, 0), phases.Moved(0, 1, concerned: -1));
    }

    private static void Answer(KeyPhases phases, Func<int, int> nodeOf)
    {
        for (int round = 0; round < 2; round++)
        {
            for (int key = 0; key < 9; key++)
                phases.Record(key, nodeOf(key));
        }
    }
}
