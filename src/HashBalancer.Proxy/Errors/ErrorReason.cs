namespace HashBalancer.Proxy;

/// <summary>Why the proxy answered a request itself, with an error.</summary>
internal enum ErrorReason
{
    /// <summary>The snapshot does not have the pool.</summary>
    PoolUnknown,

    /// <summary>The registry has not answered for the pool yet.</summary>
    RegistryUnanswered,

    /// <summary>The pool has no registered node.</summary>
    NoNodes,

    /// <summary>The pool has nodes, and none that serves.</summary>
    NoServingNode,

    /// <summary>Something between selection and forwarding took the destination away.</summary>
    NoDestination,

    /// <summary>No connection to the node.</summary>
    NodeUnreachable,

    /// <summary>The connection to the node broke before it answered.</summary>
    NodeDisconnected,

    /// <summary>The node did not answer in time.</summary>
    NodeTimeout,

    /// <summary>The node's answer cannot be passed on.</summary>
    NodeResponse,

    /// <summary>The node stopped taking the request's body.</summary>
    NodeRefusedBody,

    /// <summary>The client's request body could not be read to its end.</summary>
    RequestBody,

    /// <summary>The request to the node could not be made from the client's.</summary>
    RequestCreation,

    /// <summary>Something in this process gave the request up before the node answered.</summary>
    RequestCanceled,

    /// <summary>Too many requests wait for the pool already.</summary>
    QueueFull,

    /// <summary>The request waited for the pool as long as it may.</summary>
    QueueTimeout,

    /// <summary>The request gave its place in the pool's queue to one with more right.</summary>
    Shed,

    /// <summary>Requests of the key come too often.</summary>
    RateLimited,
}

/// <summary>Reasons as error bodies and metrics write them: stable, for programs to compare.</summary>
internal static class ErrorReasons
{
    private static readonly string[] Names =
    [
        "pool-unknown", "registry-unanswered", "no-nodes", "no-serving-node", "no-destination", "node-unreachable",
        "node-disconnected", "node-timeout", "node-response", "node-refused-body", "request-body", "request-creation", "request-canceled",
        "queue-full", "queue-timeout", "shed", "rate-limited",
    ];

    public static ErrorReason[] All { get; } = Enum.GetValues<ErrorReason>();

    public static string Name(this ErrorReason reason) => Names[(int)reason];
}
