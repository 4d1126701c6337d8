namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Doubly linked lists over node indexes, each node in one list at most: adding and removing cost nothing.</summary>
internal sealed class NodeLists
{
    private const int None = -1;

    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _first;
    private readonly int[] _last;

    public NodeLists(int nodes, int lists)
    {
        _next = Filled(nodes);
        _previous = Filled(nodes);
        _first = Filled(lists);
        _last = Filled(lists);
    }

    public int First(int list) => _first[list];

    public int Next(int node) => _next[node];

    /// <summary>Adds a node at the end.</summary>
    public void Add(int node, int list)
    {
        _previous[node] = _last[list];
        _next[node] = None;
        if (_last[list] == None)
            _first[list] = node;
        else
            _next[_last[list]] = node;
        _last[list] = node;
    }

    public void Remove(int node, int list)
    {
        if (_previous[node] == None)
            _first[list] = _next[node];
        else
            _next[_previous[node]] = _next[node];
        if (_next[node] == None)
            _last[list] = _previous[node];
        else
            _previous[_next[node]] = _previous[node];
        _next[node] = _previous[node] = None;
    }

    private static int[] Filled(int length)
    {
        int[] values = new int[length];
        Array.Fill(values, None);
        return values;
    }
}
