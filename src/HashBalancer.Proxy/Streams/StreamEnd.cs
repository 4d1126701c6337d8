namespace HashBalancer.Proxy;

/// <summary>Why a long-lived connection was ended.</summary>
internal enum StreamEnd
{
    /// <summary>Its node drains.</summary>
    Draining,

    /// <summary>Its node is registered no more, or has moved to another address.</summary>
    Gone,
}

/// <summary>Reasons as metrics write them.</summary>
internal static class StreamEnds
{
    private static readonly string[] Names = ["draining", "gone"];

    public static StreamEnd[] All { get; } = Enum.GetValues<StreamEnd>();

    public static string Name(this StreamEnd reason) => Names[(int)reason];
}
