namespace HashBalancer.Consul;

/// <summary>A typed client of Consul's HTTP API, version 1.10 and later; also speaks to the embedded registry.</summary>
/// <remarks>
/// Thread-safe; one for the whole process. Every failure is a <see cref="ConsulException"/>, cancellation aside. The client tries
/// several addresses in turn but repeats nothing by itself: <see cref="ConsulWatch"/> and the callers do, each at its own pace.
/// </remarks>
public sealed class ConsulClient : IDisposable
{
    private readonly ConsulTransport _transport;

    /// <summary>Makes a client.</summary>
    /// <param name="options">Addresses, token and limits; read once.</param>
    /// <param name="handler">What sends requests, kept open by the client; null for a socket handler of its own.</param>
    /// <param name="time">The clock for time limits; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message lists every fault.</exception>
    public ConsulClient(ConsulClientOptions options, HttpMessageHandler? handler = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        Options = options;
        Time = time ?? TimeProvider.System;
        _transport = new ConsulTransport(options, handler, Time);
        Agent = new AgentEndpoint(_transport, options);
        Health = new HealthEndpoint(_transport, options);
        Catalog = new CatalogEndpoint(_transport, options);
        Status = new StatusEndpoint(_transport, options);
        Kv = new KvEndpoint(_transport, options);
        Sessions = new SessionEndpoint(_transport, options);
        Txn = new TxnEndpoint(_transport, options, Kv);
        Events = new EventEndpoint(_transport, options);
    }

    /// <summary>The agent's own services and checks.</summary>
    public AgentEndpoint Agent { get; }

    /// <summary>Instances with their checks.</summary>
    public HealthEndpoint Health { get; }

    /// <summary>Nodes and services of the cluster.</summary>
    public CatalogEndpoint Catalog { get; }

    /// <summary>The servers' state.</summary>
    public StatusEndpoint Status { get; }

    /// <summary>The key-value store.</summary>
    public KvEndpoint Kv { get; }

    /// <summary>Sessions, which locks are held by.</summary>
    public SessionEndpoint Sessions { get; }

    /// <summary>Transactions.</summary>
    public TxnEndpoint Txn { get; }

    /// <summary>User events.</summary>
    public EventEndpoint Events { get; }

    /// <summary>The address that answered last, for messages.</summary>
    public string CurrentAddress => _transport.CurrentAddress;

    /// <summary>What the client was made with.</summary>
    internal ConsulClientOptions Options { get; }

    /// <summary>The client's clock.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Closes the connections; calls in flight fail.</summary>
    public void Dispose() => _transport.Dispose();
}
