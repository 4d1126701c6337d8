using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Registry;

/// <summary>An embedded registry: Consul's HTTP API over a state of its own, held in memory by this process.</summary>
/// <remarks>
/// For development, tests and installations on one machine: nothing is replicated. Thread-safe. A waiting query costs no thread.
/// </remarks>
public sealed class RegistryServer : IAsyncDisposable
{
    private readonly RegistryOptions _options;
    private readonly RegistryState _state;
    private readonly KestrelServer _server;
    private readonly Housekeeper _housekeeper;
    private readonly ProbeRunner _probes;
    private readonly SnapshotKeeper? _snapshots;
    private readonly Application _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger<RegistryServer> _logger;
    private Uri? _address;
    private int _stopped;
    private int _disposed;

    /// <summary>Makes a registry that does not listen yet.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="time">The clock of checks, waits and sessions.</param>
    /// <param name="loggers">Where it logs to.</param>
    /// <param name="random">The chance in ids, in the first delay of probes and in the length of waits; null, the default, seeds one of its own.
    /// Taken only under the state's lock from then on.</param>
    /// <exception cref="ArgumentException">An option is invalid; the message names every fault.</exception>
    /// <exception cref="InvalidDataException">The snapshot file is no snapshot; the message names it.</exception>
    public RegistryServer(RegistryOptions options, TimeProvider time, ILoggerFactory loggers, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
        _options = options;
        _logger = loggers.CreateLogger<RegistryServer>();
        random ??= new Random(RandomSeed());
        IPAddress ip = options.EndPoint.Address;
        bool any = ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        SnapshotDocument? saved = options.SnapshotFile is null ? null : SnapshotFile.Read(options.SnapshotFile);
        string nodeId = saved?.NodeName == options.NodeName ? saved.NodeId : NewNodeId(random);
        _state = new RegistryState(
            new AgentIdentity(options.NodeName, nodeId, any ? "127.0.0.1" : ip.ToString(), options.Datacenter), time, random);
        if (options.ReadToken() is { } token)
            _state.Acl.SetMaster(token);
        _probes = new ProbeRunner(_state, loggers.CreateLogger<ProbeRunner>());
        _state.Agent.StartProbe = _probes.Start;
        if (saved is not null)
            SnapshotState.Restore(_state, saved);
        if (options.SnapshotFile is not null)
            _snapshots = new SnapshotKeeper(_state, options.SnapshotFile, loggers.CreateLogger<SnapshotKeeper>());
        _housekeeper = new Housekeeper(_state, loggers.CreateLogger<Housekeeper>());
        var handler = new ApiHandler(MakeRouter(), _state, loggers.CreateLogger<ApiHandler>(), _stopping.Token);
        _application = new Application(handler);
        _server = MakeServer(loggers);
    }

    /// <summary>The address it listens on, with the port it really has.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public Uri Address => _address ?? throw new InvalidOperationException("The registry has not been started.");

    /// <summary>Starts to listen and to run checks.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The address cannot be listened on; the message names it and says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            string reason = e is AddressInUseException || e.InnerException is AddressInUseException
                ? "the port is in use"
                : (e.InnerException ?? e).Message;
            throw new IOException($"The registry cannot listen on {_options.Listen}: {reason}.", e);
        }

        string bound = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        _address = new Uri(bound);
        _housekeeper.Start();
        _snapshots?.Start();
        _logger.LogInformation(new EventId(3030, "RegistryListens"),
            "Registry listens on {Address}, node {Node}, datacenter {Datacenter}. Its state is in this process alone: it is for one machine",
            _address, _options.NodeName, _options.Datacenter);
        if (!IPAddress.IsLoopback(_options.EndPoint.Address) && !_state.Acl.IsOn)
            _logger.LogWarning(new EventId(3031, "RegistryOpenToAll"), "Registry listens on {Address} without a token: whoever reaches it may change everything", _address);
    }

    /// <summary>Stops: waiting queries end by their connections closing, checks and timers end.</summary>
    /// <param name="cancellationToken">Stops waiting for requests in flight.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _housekeeper.Dispose();
        await _stopping.CancelAsync();
        await _probes.DisposeAsync();
        await _server.StopAsync(cancellationToken);
        if (_snapshots is not null)
            await _snapshots.DisposeAsync();
    }

    /// <summary>Stops, and gives everything back. Again: does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await StopAsync();
        _server.Dispose();
        _state.Dispose();
        _stopping.Dispose();
    }

    private Router MakeRouter()
    {
        var router = new Router();
        var reads = new IndexedReads(_state);
        new AgentServiceEndpoints(_state, reads, _options.CheckIntervalFloor).Map(router);
        new AgentCheckEndpoints(_state, _options.CheckIntervalFloor).Map(router);
        new AgentHealthEndpoints(_state).Map(router);
        new AgentInfoEndpoints(_state).Map(router);
        new CatalogEndpoints(_state, reads).Map(router);
        new CatalogWriteEndpoints(_state).Map(router);
        new HealthEndpoints(_state, reads, _options.UseStreamingBackend).Map(router);
        new KeyEndpoints(_state, reads).Map(router);
        new SessionEndpoints(_state, reads).Map(router);
        new TxnEndpoints(_state).Map(router);
        new EventEndpoints(_state, reads).Map(router);
        new AclEndpoints(_state).Map(router);
        return router;
    }

    private KestrelServer MakeServer(ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        // Each endpoint sets its own limit and answers 413 in Consul's words.
        options.Limits.MaxRequestBodySize = null;
        options.Listen(_options.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        return new KestrelServer(Options.Create(options), transport, loggers);
    }

    // Seeds of one start differ from those of the next, or ids would repeat.
    private static int RandomSeed() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);

    private static string NewNodeId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    /// <summary>What Kestrel calls per request.</summary>
    private sealed class Application(ApiHandler handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler.HandleAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
