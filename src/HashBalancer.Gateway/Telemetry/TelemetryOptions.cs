using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>How OTLP is spoken.</summary>
internal enum OtlpWire
{
    /// <summary>Protocol buffers by HTTP/1.1, each signal at a path of its own.</summary>
    HttpProtobuf,

    /// <summary>gRPC.</summary>
    Grpc,
}

/// <summary>What this gateway tells of itself. Configuration section <c>HashBalancer:Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>Whether measurements are collected and shown at <c>/metrics</c>.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>Where metrics and traces are sent.</summary>
    public OtlpOptions Otlp { get; set; } = new();

    /// <summary>Checks every member: one message for each fault.</summary>
    public IEnumerable<string> Validate() => Otlp.Validate();
}

/// <summary>Export by OTLP. Configuration section <c>HashBalancer:Telemetry:Otlp</c>.</summary>
internal sealed class OtlpOptions
{
    private const string Section = $"{HashBalancerOptions.Section}:Telemetry:Otlp";

    /// <summary>The collector, such as <c>http://127.0.0.1:4318</c>; none: nothing is sent.</summary>
    public string? Endpoint { get; set; }

    /// <summary>How it is spoken to.</summary>
    public OtlpWire Protocol { get; set; } = OtlpWire.HttpProtobuf;

    /// <summary>Header fields sent along, such as <c>x-key=secret,x-tenant=a</c>.</summary>
    public string? Headers { get; set; }

    /// <summary>Whether metrics are sent.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>Between two sendings of metrics.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether traces are sent.</summary>
    public bool Traces { get; set; } = true;

    /// <summary>The part of the traces that begin here which is recorded; of others, their beginner decides.</summary>
    public double SampleRatio { get; set; } = 0.01;

    /// <summary>The name of this service in what is sent.</summary>
    public string ServiceName { get; set; } = "hashbalancer";

    /// <summary>Whether traces are recorded and sent.</summary>
    public bool SendsTraces => Endpoint is { Length: > 0 } && Traces;

    /// <summary>Whether metrics are sent.</summary>
    public bool SendsMetrics => Endpoint is { Length: > 0 } && Metrics;

    /// <summary>Checks every member: one message for each fault.</summary>
    public IEnumerable<string> Validate()
    {
        if (Endpoint is { Length: > 0 } && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https")))
            yield return $"{Section}:Endpoint: is '{Endpoint}', but must be an address such as http://127.0.0.1:4318.";
        if (Headers is { Length: > 0 } && Headers.Split(',').Any(one => one.IndexOf('=', StringComparison.Ordinal) <= 0))
            yield return $"{Section}:Headers: is not of the form name=value,name=value.";
        if (MetricsInterval < TimeSpan.FromSeconds(1) || MetricsInterval > TimeSpan.FromHours(1))
            yield return $"{Section}:MetricsInterval: is '{MetricsInterval}'; allowed are 00:00:01 to 01:00:00.";
        if (SampleRatio is not (>= 0 and <= 1))
            yield return FormattableString.Invariant($"{Section}:SampleRatio: is '{SampleRatio}'; allowed are 0 to 1.");
        if (string.IsNullOrWhiteSpace(ServiceName))
            yield return $"{Section}:ServiceName: is empty; it must name this service.";
    }
}
