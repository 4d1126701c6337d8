using HashBalancer.Consul;

namespace HashBalancer.Agent;

/// <summary>A node of a fleet, and what it can run.</summary>
public sealed class FleetAgentOptions
{
    /// <summary>The configuration section bound by default.</summary>
    public const string Section = "HashBalancer:FleetAgent";

    /// <summary>Where the registry is.</summary>
    public ConsulClientOptions Consul { get; set; } = new();

    /// <summary>The node's id; required, 1 to 128 of letters, digits and <c>._-</c>. Keep it the same across restarts: its lease follows it.</summary>
    public string Node { get; set; } = "";

    /// <summary>The Consul service that the fleet's nodes are instances of; default <c>hashbalancer-fleet</c>.</summary>
    public string FleetService { get; set; } = "hashbalancer-fleet";

    /// <summary>The folder of the registry in which gateways coordinate: that of their leader's key, with a slash at its end. Default <c>hashbalancer/</c>.</summary>
    public string Folder { get; set; } = "hashbalancer/";

    /// <summary>Host name or IP address under which the node is reached. Default: the local address towards the registry.</summary>
    public string? Address { get; set; }

    /// <summary>The zone it stands in. Default none.</summary>
    public string? Zone { get; set; }

    /// <summary>What it has, by resource, such as <c>cpu</c>: 4.</summary>
    public Dictionary<string, double> Capacity { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What pools' filters look at.</summary>
    public Dictionary<string, string> Labels { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Silence after which the node counts as lost; 1 s to 1 h, default 10 s.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time between two reports of use; 1 s to 1 h, default 15 s. What happens is reported at once.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What is run for a pool, by its name; <c>*</c> for every pool that is not named. A pool without one is declined.</summary>
    public Dictionary<string, WorkloadOptions> Workloads { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Checks every member.</summary>
    /// <param name="section">What the errors' keys start with.</param>
    /// <returns>One message for each fault, with key, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(string section = Section)
    {
        List<string> errors = [.. Consul.Validate($"{section}:Consul")];
        if (Node.Length is 0 or > 128 || !Node.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            Fault("Node", Node, "1 to 128 of letters, digits and ._-");
        if (FleetService.Length is 0 or > 255)
            Fault("FleetService", FleetService, "1 to 255 characters");
        if (!Folder.EndsWith('/') || Folder.StartsWith('/'))
            Fault("Folder", Folder, "a folder with '/' at its end and not at its beginning");
        if (Address is "0.0.0.0" or "::" or "" || (Address is not null && Uri.CheckHostName(Address) == UriHostNameType.Unknown))
            Fault("Address", Address, "a host name or an IP address that others can connect to");
        foreach ((string resource, double amount) in Capacity.Where(one => !double.IsFinite(one.Value) || one.Value < 0))
            Fault($"Capacity:{resource}", amount, "numbers from 0");
        Range("Ttl", Ttl, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Range("ReportInterval", ReportInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        if (Workloads.Count == 0)
            Fault("Workloads", "", "what is to be run, for one pool or '*' at least");
        foreach ((string pool, WorkloadOptions workload) in Workloads)
        {
            string key = $"Workloads:{pool}";
            if (string.IsNullOrWhiteSpace(workload.Command))
                Fault($"{key}:Command", workload.Command, "the program to run");
            if (workload.Port is < 0 or > 65535)
                Fault($"{key}:Port", workload.Port, "0 to 65535");
            if (workload.HealthPath is { } path && !path.StartsWith('/'))
                Fault($"{key}:HealthPath", path, "a path that starts with '/'");
            Range($"{key}:StartTimeout", workload.StartTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
            Range($"{key}:StopTimeout", workload.StopTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
            Range($"{key}:Backoff", workload.Backoff, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
            if (workload.MostFailures is < 1 or > 1000)
                Fault($"{key}:MostFailures", workload.MostFailures, "1 to 1000");
            if (workload.MemoryLimit is < 0)
                Fault($"{key}:MemoryLimit", workload.MemoryLimit, "0 (none) and more");
            if (workload.CpuLimit is not (>= 0 and <= 10_000))
                Fault($"{key}:CpuLimit", workload.CpuLimit, "0 (none) to 10000");
        }

        return errors;

        void Fault(string key, object? value, string allowed) => errors.Add(FormattableString.Invariant($"{section}:{key}: '{value}' is not allowed; allowed: {allowed}."));

        void Range(string key, TimeSpan value, TimeSpan low, TimeSpan high)
        {
            if (value < low || value > high)
                Fault(key, value.ToString("c"), $"{low:c} to {high:c}");
        }
    }
}

/// <summary>What a node runs for a pool.</summary>
/// <remarks>In <see cref="Command"/>, <see cref="Arguments"/> and <see cref="Environment"/>, <c>{port}</c>, <c>{pool}</c>, <c>{node}</c>, <c>{instance}</c> and <c>{service}</c> stand for what it is run with.</remarks>
public sealed class WorkloadOptions
{
    /// <summary>The program; required. A name without a slash is looked up in PATH.</summary>
    public string Command { get; set; } = "";

    /// <summary>Its arguments, passed on as they are, without a shell.</summary>
    public List<string> Arguments { get; set; } = [];

    /// <summary>Its environment, beside the agent's own and PORT, HASHBALANCER_POOL, HASHBALANCER_NODE, HASHBALANCER_ID and HASHBALANCER_SERVICE.</summary>
    public Dictionary<string, string> Environment { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The port that it listens on; default 0: a free one, chosen at every start.</summary>
    public int Port { get; set; }

    /// <summary>The path that it answers with 2xx or 3xx when it is well; default none: it is well when it takes connections.</summary>
    public string? HealthPath { get; set; }

    /// <summary>Time to become well; 100 ms to 1 h, default 30 s. Then it is stopped, and the lease declined.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time to end after SIGTERM; 0 to 1 h, default 10 s. Then it is killed.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time until it is started again after it ended by itself, doubled each time in a row up to 30 s; 10 ms to 1 min, default 500 ms.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often in a row it may end by itself or not become well, once it has served, until the lease is declined; 1 to 1,000, default 5.</summary>
    public int MostFailures { get; set; } = 5;

    /// <summary>The most bytes of memory; default 0: no limit. By cgroup v2, where the machine allows it.</summary>
    public long MemoryLimit { get; set; }

    /// <summary>The most processors; default 0: no limit. By cgroup v2, where the machine allows it.</summary>
    public double CpuLimit { get; set; }
}
