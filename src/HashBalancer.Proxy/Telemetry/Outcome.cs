namespace HashBalancer.Proxy;

/// <summary>How a forwarded request ended: the class of the node's status, or without a usable response.</summary>
internal enum Outcome
{
    Informational,
    Success,
    Redirection,
    ClientError,
    ServerError,

    /// <summary>The node gave no usable response.</summary>
    Failed,

    /// <summary>The client left before the response was complete.</summary>
    Canceled,
}

/// <summary>Outcomes as metrics write them.</summary>
internal static class Outcomes
{
    private static readonly string[] CodeClasses = ["1xx", "2xx", "3xx", "4xx", "5xx", "failed", "canceled"];

    public static Outcome[] All { get; } = Enum.GetValues<Outcome>();

    public static string CodeClass(this Outcome outcome) => CodeClasses[(int)outcome];

    /// <summary>The class of a status; one outside 100 to 599 counts as the nearest class.</summary>
    public static Outcome OfStatus(int status) => (Outcome)(Math.Clamp(status / 100, 1, 5) - 1);
}
