using HashBalancer.Allocation.Offers;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Tests.Support;

namespace HashBalancer.Allocation.Tests.Offers;

public sealed class OfferBookTests
{
    private static ResourceVector Cpus(decimal quantity) => Fleets.Cpu.Vector(("cpu", quantity));

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static OfferBook Book(int nodes, params string[] frameworks)
    {
        var book = new OfferBook(Fleets.Cpu);
        for (int i = 1; i <= nodes; i++)
            book.AddNode($"n{i}", Cpus(1));
        foreach (string framework in frameworks)
            book.AddFramework(framework, $"role-{framework}");
        return book;
    }

    private static string[] Round(OfferBook book, double at) => [.. book.Round(At(at)).Select(o => $"{o.Node} to {o.Framework}")];

    [Fact]
    public void Round_FreeNodes_GoToTheLowestShareByTurns() =>
        Assert.Equal(["n1 to a", "n2 to b", "n3 to a", "n4 to b"], Round(Book(4, "b", "a"), 0));

    [Fact]
    public void Decline_WithAFilter_HidesTheNodeFromThatFrameworkUntilItExpires()
    {
        OfferBook book = Book(1, "a");
        Assert.Equal(["n1 to a"], Round(book, 0));
        book.Decline("a", "n1", At(1), At(10));

        Assert.Empty(Round(book, 1));
        Assert.Empty(Round(book, 10.9));
        Assert.Equal(["n1 to a"], Round(book, 11));
    }

    [Fact]
    public void Decline_WithoutATime_HidesTheNodeForTheDefault()
    {
        OfferBook book = Book(1, "a", "b");
        Assert.Equal(["n1 to a"], Round(book, 0));
        book.Decline("a", "n1", At(0));
        Assert.Equal(["n1 to b"], Round(book, 0));
        book.Decline("b", "n1", At(0));

        Assert.Empty(Round(book, 4.9));
        Assert.Equal(["n1 to a"], Round(book, 5));
    }

    [Fact]
    public void Decline_ForNoTime_IsOfferedAgainAtOnce()
    {
        OfferBook book = Book(1, "a", "b");
        Round(book, 0);
        book.Decline("a", "n1", At(0), TimeSpan.Zero);

        Assert.Single(Round(book, 0));
    }

    [Fact]
    public void Suppress_UntilRevived_GetsNoOffersAndThenForgetsWhatItDeclined()
    {
        OfferBook book = Book(1, "a");
        Round(book, 0);
        book.Decline("a", "n1", At(0), At(1000));
        book.Suppress("a");
        Assert.Empty(Round(book, 2000));

        book.Revive("a");
        Assert.Equal(["n1 to a"], Round(book, 2000));
    }

    [Fact]
    public void Revive_BeforeTheFilterExpires_ClearsIt()
    {
        OfferBook book = Book(1, "a");
        Round(book, 0);
        book.Decline("a", "n1", At(0), At(1000));
        book.Revive("a");

        Assert.Equal(["n1 to a"], Round(book, 0));
    }

    [Fact]
    public void Guarantee_OfARole_IsHeldBackFromOthers()
    {
        OfferBook book = Book(3, "a", "b");
        book.Guarantee("role-b", Cpus(2));
        book.Suppress("b");

        Assert.Equal(["n1 to a"], Round(book, 0));
        book.Revive("b");
        Assert.Equal(["n2 to b", "n3 to b"], Round(book, 1));
    }

    [Fact]
    public void RemoveNode_AndBackAgain_IsANewNode()
    {
        OfferBook book = Book(1, "a");
        Round(book, 0);
        book.Decline("a", "n1", At(0), At(1000));
        book.RemoveNode("n1");
        Assert.Empty(Round(book, 0));
        book.AddNode("n1", Cpus(1));

        Assert.Equal(["n1 to a"], Round(book, 0));
    }

    [Fact]
    public void Calls_ThatMakeNoSense_AreRefused()
    {
        OfferBook book = Book(1, "a");
        Assert.Throws<ArgumentException>(() => book.AddNode("n1", Cpus(1)));
        Assert.Throws<ArgumentException>(() => book.AddFramework("a", "x"));
        Assert.Throws<ArgumentException>(() => book.AddFramework("c", "x//y"));
        Assert.Throws<ArgumentException>(() => book.Suppress("nobody"));
        Assert.Throws<ArgumentException>(() => book.Decline("a", "n1", At(0)));
        Round(book, 5);
        Assert.Throws<ArgumentException>(() => book.Round(At(4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => book.Decline("a", "n1", At(5), At(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => book.Decline("a", "n1", At(5), OfferBook.LongestRefusal + At(1)));
        book.Decline("a", "n1", At(5), OfferBook.LongestRefusal);
    }
}
