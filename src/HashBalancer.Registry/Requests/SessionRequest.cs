using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The body of PUT /v1/session/create.</summary>
internal sealed class SessionRequest
{
    private const string LivenessCheck = "serfHealth";

    /// <summary>A LockDelay below this, in nanoseconds, is taken for seconds: nobody means so little.</summary>
    private const long LeastNanoseconds = 1000;

    private static readonly GoDuration DefaultLockDelay = TimeSpan.FromSeconds(15);
    private static readonly GoDuration MinTtl = TimeSpan.FromSeconds(10);
    private static readonly GoDuration MaxTtl = TimeSpan.FromHours(24);

    private string _name = "";
    private string? _node;
    private GoDuration _lockDelay = DefaultLockDelay;
    private string _behavior = "";
    private string _ttl = "";
    private IReadOnlyList<string>? _nodeChecks;
    private IReadOnlyList<string>? _checks;
    private IReadOnlyList<SessionServiceCheck>? _serviceChecks;

    /// <summary>Unknown members are accepted here, unlike elsewhere; so is an id, which is not used.</summary>
    public static GoStruct<SessionRequest> Body { get; } = new GoStruct<SessionRequest>("structs.Session", acceptsUnknown: true)
        .Text("Name", (s, v) => s._name = v)
        .Text("Node", (s, v) => s._node = v)
        .Duration("LockDelay", (s, v) => s._lockDelay = v.Nanoseconds is > 0 and < LeastNanoseconds ? TimeSpan.FromSeconds(v.Nanoseconds) : v)
        .Text("Behavior", (s, v) => s._behavior = v)
        .Text("TTL", (s, v) => s._ttl = v)
        .Strings("NodeChecks", (s, v) => s._nodeChecks = v)
        .Strings("Checks", (s, v) => s._checks = v)
        .List("ServiceChecks", ServiceCheckRequest.Body, "[]structs.ServiceCheck", (s, v) =>
            s._serviceChecks = [.. v.Select(check => new SessionServiceCheck { ID = check.Id, Namespace = check.Namespace })]);

    /// <summary>The session asked for, with Consul's defaults.</summary>
    /// <exception cref="RefusedException">500: behaviour or time to live are not allowed.</exception>
    public SessionEntry ToEntry(string ownNode)
    {
        if (_behavior is not ("" or SessionBehavior.Release or SessionBehavior.Delete))
            throw RefusedException.Failed($"Invalid Behavior setting '{_behavior}'");
        if (_ttl.Length > 0)
        {
            if (!GoDuration.TryParse(_ttl, out GoDuration ttl, out string? error))
                throw RefusedException.Failed($"Session TTL '{_ttl}' invalid: {error}");
            if (ttl != GoDuration.Zero && (ttl < MinTtl || ttl > MaxTtl))
                throw RefusedException.Failed($"Invalid Session TTL '{ttl.Nanoseconds}', must be between [{MinTtl}={MaxTtl}]");
        }

        bool none = _checks is { Count: 0 } || _nodeChecks is { Count: 0 };
        IReadOnlyList<string> nodeChecks = none ? [] : _nodeChecks ?? [LivenessCheck];
        return new SessionEntry
        {
            Name = _name,
            Node = string.IsNullOrEmpty(_node) ? ownNode : _node,
            LockDelay = _lockDelay,
            Behavior = _behavior.Length > 0 ? _behavior : SessionBehavior.Release,
            TTL = _ttl,
            NodeChecks = nodeChecks,
            ServiceChecks = _serviceChecks,
            Checks = _checks is { Count: > 0 } && !SameRows.Lists(_checks, nodeChecks) ? _checks : null,
        };
    }

    private sealed class ServiceCheckRequest
    {
        public string Id { get; private set; } = "";

        public string Namespace { get; private set; } = "";

        public static GoStruct<ServiceCheckRequest> Body { get; } = new GoStruct<ServiceCheckRequest>("structs.ServiceCheck", acceptsUnknown: true)
            .Text("ID", (c, v) => c.Id = v)
            .Text("Namespace", (c, v) => c.Namespace = v);
    }
}
