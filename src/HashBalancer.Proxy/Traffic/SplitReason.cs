namespace HashBalancer.Proxy;

/// <summary>Why a request went to one of the pools that its pool's requests are split between.</summary>
internal enum SplitReason
{
    /// <summary>Its key belongs there by weight; without a key, by chance.</summary>
    Weight,

    /// <summary>A header says so.</summary>
    Header,

    /// <summary>It stayed in its pool, since the other one has no node that serves.</summary>
    Unavailable,
}

/// <summary>Reasons as metrics write them.</summary>
internal static class SplitReasons
{
    private static readonly string[] Names = ["weight", "header", "unavailable"];

    public static SplitReason[] All { get; } = Enum.GetValues<SplitReason>();

    public static string Name(this SplitReason reason) => Names[(int)reason];
}
