namespace HashBalancer.Registry;

/// <summary>The kinds of thing a blocking query can wait for.</summary>
internal enum TopicKind
{
    /// <summary>Any node.</summary>
    Nodes,

    /// <summary>A node's own members or its services.</summary>
    Node,

    /// <summary>Any service instance.</summary>
    Services,

    /// <summary>The instances of one service, their checks aside.</summary>
    ServiceInstances,

    /// <summary>The instances of one service, their nodes and the checks that count for them.</summary>
    ServiceHealth,

    /// <summary>The checks of one service.</summary>
    ServiceChecks,

    /// <summary>Any check.</summary>
    Checks,

    /// <summary>Any session.</summary>
    Sessions,

    /// <summary>Any key.</summary>
    Keys,

    /// <summary>One key.</summary>
    Key,

    /// <summary>Every key that starts with a prefix.</summary>
    KeyPrefix,

    /// <summary>One service as the agent itself keeps it.</summary>
    AgentService,

    /// <summary>User events.</summary>
    Events,
}

/// <summary>What a blocking query waits for. Names of nodes and services compare without regard to case, keys with.</summary>
internal readonly record struct Topic(TopicKind Kind, string Name = "")
{
    public static Topic Nodes => new(TopicKind.Nodes);

    public static Topic Services => new(TopicKind.Services);

    public static Topic Checks => new(TopicKind.Checks);

    public static Topic Sessions => new(TopicKind.Sessions);

    public static Topic Keys => new(TopicKind.Keys);

    public static Topic Events => new(TopicKind.Events);

    public static Topic Node(string name) => new(TopicKind.Node, name.ToLowerInvariant());

    public static Topic ServiceInstances(string name) => new(TopicKind.ServiceInstances, name.ToLowerInvariant());

    public static Topic ServiceHealth(string name) => new(TopicKind.ServiceHealth, name.ToLowerInvariant());

    public static Topic ServiceChecks(string name) => new(TopicKind.ServiceChecks, name.ToLowerInvariant());

    public static Topic Key(string key) => new(TopicKind.Key, key);

    public static Topic KeyPrefix(string prefix) => new(TopicKind.KeyPrefix, prefix);

    public static Topic AgentService(string id) => new(TopicKind.AgentService, id);
}
