namespace HashBalancer.Proxy;

/// <summary>Why a request went to the node it went to.</summary>
internal enum SelectionReason
{
    /// <summary>No node could take it.</summary>
    None,

    /// <summary>The node owns the request's key.</summary>
    Owner,

    /// <summary>The first usable node after the owner, which cannot be used: it has no usable address, rests, drains or was tried.</summary>
    Successor,

    /// <summary>The request has no key: the less loaded of two nodes.</summary>
    LeastLoaded,

    /// <summary>The owner, after a wait for it.</summary>
    Waited,

    /// <summary>The first node after the owner that is under its bound; the owner is over it.</summary>
    Spill,

    /// <summary>The first usable node of the key, though every node is over its bound.</summary>
    Saturated,

    /// <summary>The key is hot: the least loaded of the nodes that share it.</summary>
    HotKey,

    /// <summary>Every node rests: as good as none, so that all serve.</summary>
    Panic,
}

/// <summary>Reasons as metrics write them.</summary>
internal static class SelectionReasons
{
    private static readonly string[] Names =
        ["none", "owner", "successor", "least-loaded", "waited", "spill", "saturated", "hot-key", "panic"];

    public static SelectionReason[] All { get; } = Enum.GetValues<SelectionReason>();

    public static string Name(this SelectionReason reason) => Names[(int)reason];
}
