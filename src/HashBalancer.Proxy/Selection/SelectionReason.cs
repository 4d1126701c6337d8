namespace HashBalancer.Proxy;

/// <summary>Why a request went to the node it went to.</summary>
internal enum SelectionReason
{
    /// <summary>No node could take it.</summary>
    None,

    /// <summary>The node owns the request's key.</summary>
    Owner,

    /// <summary>The first usable node after the owner, whose address nothing can be sent to.</summary>
    Successor,

    /// <summary>The request has no key: the less loaded of two nodes.</summary>
    LeastLoaded,
}

/// <summary>Reasons as metrics write them.</summary>
internal static class SelectionReasons
{
    private static readonly string[] Names = ["none", "owner", "successor", "least-loaded"];

    public static SelectionReason[] All { get; } = Enum.GetValues<SelectionReason>();

    public static string Name(this SelectionReason reason) => Names[(int)reason];
}
