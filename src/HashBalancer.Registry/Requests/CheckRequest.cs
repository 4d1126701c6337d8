using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>A check as it is asked for: inside a service's registration, or by itself.</summary>
internal sealed class CheckRequest
{
    private static readonly string[] KnownStatus = [CheckStatus.Passing, CheckStatus.Warning, CheckStatus.Critical];

    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string Notes { get; set; } = "";

    public string Status { get; set; } = "";

    public string ServiceId { get; set; } = "";

    public IReadOnlyList<string> Args { get; set; } = [];

    public GoDuration Ttl { get; set; }

    public GoDuration Interval { get; set; }

    public GoDuration Timeout { get; set; }

    public GoDuration DeregisterAfter { get; set; }

    public string Http { get; set; } = "";

    public string Method { get; set; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Header { get; set; }

    public string Body { get; set; } = "";

    public string Tcp { get; set; } = "";

    public string TlsServerName { get; set; } = "";

    public bool TlsSkipVerify { get; set; }

    public int SuccessBeforePassing { get; set; }

    public int FailuresBeforeCritical { get; set; }

    public int OutputMaxSize { get; set; }

    /// <summary>The kind of check asked for that only a whole Consul agent runs; empty for none.</summary>
    public string ForeignKind { get; set; } = "";

    /// <summary>The members of a check inside a service's registration: its id is called CheckID.</summary>
    public static GoStruct<CheckRequest> Embedded { get; } =
        Members(new GoStruct<CheckRequest>("structs.CheckType")).Text("CheckID", (c, v) => c.Id = v);

    /// <summary>The members of check/register: its id is called ID.</summary>
    public static GoStruct<CheckRequest> Standalone { get; } =
        Members(new GoStruct<CheckRequest>("structs.CheckDefinition"))
            .Text("ID", (c, v) => c.Id = v)
            .Text("ServiceID", (c, v) => c.ServiceId = v)
            .Text("service_id", (c, v) => c.ServiceId = v)
            .Text("Token", (_, _) => { });

    /// <summary>Whether nothing was asked for: such a check is ignored.</summary>
    public bool IsEmpty =>
        Id == "" && Name == "" && Notes == "" && Status == "" && Args.Count == 0 && Ttl == default && Interval == default && Timeout == default
        && DeregisterAfter == default && Http == "" && Tcp == "" && ForeignKind == "";

    public static bool IsKnownStatus(string status) => KnownStatus.Contains(status, StringComparer.Ordinal);

    /// <summary>Why this is no valid check, in Consul's words, or null.</summary>
    public string? Fault()
    {
        bool probes = Args.Count > 0 || Http != "" || Tcp != "" || ForeignKind is "GRPC" or "H2PING" or "Docker";
        bool alias = ForeignKind == "Alias";
        return Interval > GoDuration.Zero && Ttl > GoDuration.Zero ? "Interval and TTL cannot both be specified"
            : probes && Interval <= GoDuration.Zero ? "Interval must be > 0 for Script, HTTP, H2PING, or TCP checks"
            : alias && Ttl > GoDuration.Zero ? "TTL must be not be set for Alias checks"
            : !probes && !alias && Ttl <= GoDuration.Zero ? "TTL must be > 0 for TTL checks"
            : OutputMaxSize < 0 ? "MaxOutputMaxSize must be positive"
            : ForeignKind != "" ? $"{ForeignKind} checks are not supported by this registry; TTL, HTTP and TCP checks are"
            : null;
    }

    /// <summary>What the check does.</summary>
    /// <param name="intervalFloor">The least time between two probes.</param>
    public CheckPlan Plan(TimeSpan intervalFloor)
    {
        CheckKind kind = Http != "" ? CheckKind.Http : Ttl > GoDuration.Zero ? CheckKind.Ttl : CheckKind.Tcp;
        TimeSpan interval = Deadlines.TimerFor(Interval.TimeSpan);
        TimeSpan deregister = DeregisterAfter.TimeSpan;
        return new CheckPlan(kind)
        {
            Ttl = Ttl.TimeSpan,
            Interval = interval > intervalFloor ? interval : intervalFloor,
            Timeout = Timeout > GoDuration.Zero ? Deadlines.TimerFor(Timeout.TimeSpan) : CheckPlan.DefaultTimeout,
            Target = kind == CheckKind.Http ? Http : Tcp,
            Method = Method != "" ? Method : "GET",
            Header = Header ?? new Dictionary<string, IReadOnlyList<string>>(),
            Body = Body,
            TlsServerName = TlsServerName,
            TlsSkipVerify = TlsSkipVerify,
            SuccessBeforePassing = SuccessBeforePassing,
            FailuresBeforeCritical = FailuresBeforeCritical,
            OutputMaxSize = OutputMaxSize > 0 ? Math.Min(OutputMaxSize, CheckPlan.MaxOutputMaxSize) : CheckPlan.DefaultOutputMaxSize,
            DeregisterAfter = deregister <= TimeSpan.Zero ? TimeSpan.Zero : deregister > DeregisterFloor ? deregister : DeregisterFloor,
        };
    }

    /// <summary>The shortest time in critical after which a service may be taken out.</summary>
    private static readonly TimeSpan DeregisterFloor = TimeSpan.FromMinutes(1);

    private static GoStruct<CheckRequest> Members(GoStruct<CheckRequest> check) => check
        .Text("Name", (c, v) => c.Name = v)
        .Text("Notes", (c, v) => c.Notes = v)
        .Text("Status", (c, v) => c.Status = v)
        .Strings("Args", (c, v) => c.Args = v)
        .Strings("ScriptArgs", (c, v) => c.Args = v)
        .Strings("script_args", (c, v) => c.Args = v)
        .Duration("TTL", (c, v) => c.Ttl = v)
        .Duration("Interval", (c, v) => c.Interval = v)
        .Duration("Timeout", (c, v) => c.Timeout = v)
        .Duration("DeregisterCriticalServiceAfter", (c, v) => c.DeregisterAfter = v)
        .Duration("deregister_critical_service_after", (c, v) => c.DeregisterAfter = v)
        .Text("HTTP", (c, v) => c.Http = v)
        .Text("Method", (c, v) => c.Method = v)
        .Field("Header", (c, v) => c.Header = v.AsMap("Header", "map[string][]string", values => values.AsStrings("Header") ?? []))
        .Text("Body", (c, v) => c.Body = v)
        .Text("TCP", (c, v) => c.Tcp = v)
        .Text("TLSServerName", (c, v) => c.TlsServerName = v)
        .Text("tls_server_name", (c, v) => c.TlsServerName = v)
        .Flag("TLSSkipVerify", (c, v) => c.TlsSkipVerify = v)
        .Flag("tls_skip_verify", (c, v) => c.TlsSkipVerify = v)
        .Number("SuccessBeforePassing", (c, v) => c.SuccessBeforePassing = v)
        .Number("FailuresBeforeCritical", (c, v) => c.FailuresBeforeCritical = v)
        .Number("OutputMaxSize", (c, v) => c.OutputMaxSize = v)
        .Text("GRPC", (c, v) => c.MarkForeign("GRPC", v))
        .Flag("GRPCUseTLS", (_, _) => { })
        .Text("H2PING", (c, v) => c.MarkForeign("H2PING", v))
        .Flag("H2PingUseTLS", (_, _) => { })
        .Text("AliasNode", (c, v) => c.MarkForeign("Alias", v))
        .Text("AliasService", (c, v) => c.MarkForeign("Alias", v))
        .Text("DockerContainerID", (c, v) => c.MarkForeign("Docker", v))
        .Text("docker_container_id", (c, v) => c.MarkForeign("Docker", v))
        .Text("Shell", (_, _) => { })
        .Text("ProxyHTTP", (_, _) => { })
        .Text("ProxyGRPC", (_, _) => { });

    private void MarkForeign(string kind, string value)
    {
        if (value.Length > 0)
            ForeignKind = kind;
    }
}
