using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>Among how many nodes a key is shared, by the load that it is. Loads are parts of a mean node's.</summary>
public static class HotKeySharing
{
    /// <summary>A key is shared once it alone is this part of a mean node's load, and each sharer takes no more than that. What is left
    /// on one node is too little to unbalance it, and a node holds twenty keys of this kind at most in the mean: nothing to a cache. Chosen in decision 9.</summary>
    public const double Promote = 0.1;

    /// <summary>Below this part it goes home: far enough beneath <see cref="Promote"/> that noise does not carry a key to and fro.</summary>
    public const double Demote = 0.06;

    /// <summary>Up at once, down by steps only when even the lower mark asks for fewer.</summary>
    /// <param name="load">The key's load, 0 and up.</param>
    /// <param name="now">Among how many it is shared now; 1: it is not.</param>
    /// <param name="nodes">How many nodes serve.</param>
    /// <param name="promote">Above which load a key becomes shared that is not.</param>
    public static int Sharers(double load, int now, int nodes, double promote = Promote)
    {
        if (nodes < 2)
            return 1;
        if (now <= 1)
            return load > promote ? Math.Clamp((int)Math.Ceiling(load / Promote), 2, nodes) : 1;
        if (load < Demote)
            return 1;
        int most = Math.Clamp((int)Math.Ceiling(load / Demote), 2, nodes), least = Math.Clamp((int)Math.Ceiling(load / Promote), 2, nodes);
        return Math.Clamp(now, least, most);
    }
}

/// <summary>A key that several nodes share.</summary>
/// <param name="Hash">The key's hash.</param>
/// <param name="Sharers">Among how many, 2 and up: the first so many of its walk.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SharedKey(ulong Hash, int Sharers);
