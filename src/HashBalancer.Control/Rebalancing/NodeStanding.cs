namespace HashBalancer.Control;

/// <summary>How a node stands while a plan is made.</summary>
/// <param name="slot">Its slot on the ring.</param>
/// <param name="id">Its ServiceID.</param>
/// <param name="capacity">Requests per second at utilisation 1, above 0.</param>
/// <param name="load">Requests per second: of its arcs, and those that no arc brings.</param>
/// <param name="noise">By which part of it the load may be off by chance.</param>
internal sealed class NodeStanding(int slot, string id, double capacity, double load, double noise)
{
    public int Slot => slot;

    public string Id => id;

    public double Capacity => capacity;

    public double Noise => noise;

    /// <summary>Requests per second, with the moves chosen so far.</summary>
    public double Load { get; set; } = load;

    public double Utilisation => Load / Capacity;

    /// <summary>The node's arcs, without those that moved here in this plan: nothing moves twice.</summary>
    public List<ArcLoad> Arcs { get; } = [];
}
