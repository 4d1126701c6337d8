using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Load;

public sealed class LoadTableTests
{
    private readonly LoadTable _table = new();

    [Fact]
    public void Of_TheSameNode_IsOneObject_UntilRemoved()
    {
        NodeLoad load = _table.Of("items", "a");

        Assert.Same(load, _table.Of("items", "a"));
        Assert.NotSame(load, _table.Of("items", "b"));
        Assert.NotSame(load, _table.Of("other", "a"));
        _table.Remove("items", "b");
        Assert.Same(load, _table.Of("items", "a"));
        _table.Remove("items", "a");
        Assert.NotSame(load, _table.Of("items", "a"));
    }

    [Fact]
    public void Of_AKnownNode_AllocatesNothing()
    {
        _table.Of("items", "a");
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 100; i++)
                _table.Of("items", "a");
        }));
    }

    [Fact]
    public void Remove_APool_StartsItAnew()
    {
        PoolLoad pool = _table.Of("items");
        Assert.Same(pool, _table.Of("items", "a").Pool);

        _table.Remove("items");

        Assert.NotSame(pool, _table.Of("items"));
    }
}
