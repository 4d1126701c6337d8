using HashBalancer.LoadTests.Http;

namespace HashBalancer.LoadTests.Tests.Http;

public sealed class PermitsTests
{
    private readonly Permits _permits = new(1);
    private readonly List<string> _went = [];

    [Fact]
    public void Give_WithSomebodyWaiting_LetsTheFirstGoOnAtOnceOnThisThread()
    {
        Use("holder");
        Use("first");
        Use("second");
        Assert.Equal([Went("holder")], _went);

        _permits.Give();
        Assert.Equal([Went("holder"), Went("first")], _went);

        _permits.Give();
        Assert.Equal([Went("holder"), Went("first"), Went("second")], _went);
    }

    [Fact]
    public void Take_NobodyWaiting_FindsWhatWasGivenBack()
    {
        Use("holder");
        _permits.Give();

        Use("next");
        Use("too many");

        Assert.Equal([Went("holder"), Went("next")], _went);
    }

    [Fact]
    public void EndOverdue_TellsWhoWaitedTooLongAndSparesThePermitForTheNext()
    {
        Use("holder");
        Use("early", deadline: 49);
        Use("late", deadline: 50);

        _permits.EndOverdue(now: 50);
        Assert.Equal([Went("holder"), Went("early", isIn: false)], _went);

        _permits.Give();
        Use("too many");
        Assert.Equal([Went("holder"), Went("early", isIn: false), Went("late")], _went);
    }

    private static string Went(string name, bool isIn = true) => $"{name} {isIn} on {Environment.CurrentManagedThreadId}";

    private void Use(string name, long deadline = 100)
    {
        _ = Waiting();

        async Task Waiting()
        {
            bool isIn = await _permits.Take(deadline);
            _went.Add(Went(name, isIn));
        }
    }
}
