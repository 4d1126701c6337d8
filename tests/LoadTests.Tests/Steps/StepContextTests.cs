using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Steps;

public sealed class StepContextTests
{
    [Fact]
    public void NextDoor_SeveralAddresses_TakesThemInTurnAndLeavesClosedOnesOut()
    {
        Entrance[] entrances = [.. Enumerable.Range(1, 3).Select(i => new Entrance(new Uri($"http://127.0.0.1:{i}")))];
        using var context = new StepContext(
            entrances, new RunClock(TimeProvider.System), new NodeTable(), new KeyFormat("user-"), AnswerFields.Default, TimeSpan.FromSeconds(1), connections: 7);

        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(_ => context.NextDoor().Number));
        Assert.All(context.Doors, d => Assert.Equal(3, d.Connections.Size));
        Assert.Equal("127.0.0.1:1", context.Authority);

        entrances[2].IsOpen = false;
        Assert.Equal([1, 0, 1, 0], Enumerable.Range(0, 4).Select(_ => context.NextDoor().Number));

        entrances[2].IsOpen = true;
        Assert.Equal([1, 2], Enumerable.Range(0, 2).Select(_ => context.NextDoor().Number));
    }
}
