using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Proxy;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>Sends metrics and traces to a collector by OTLP.</summary>
/// <remarks>What it cannot send is dropped by the exporter; no request waits for it.</remarks>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>The source of the spans of requests as clients see them; that of the admin server and the registry is another, which nobody listens to.</summary>
    public const string ServerSource = RequestObserver.SourceName + ".Server";

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    /// <summary>Begins to listen. Null where nothing is to be sent.</summary>
    /// <param name="options">Checked.</param>
    /// <param name="instance">This gateway's name among the others.</param>
    public static OtlpExport? Start(OtlpOptions options, string instance) =>
        options.SendsMetrics || options.SendsTraces ? new OtlpExport(options, instance) : null;

    private OtlpExport(OtlpOptions options, string instance)
    {
        ResourceBuilder resource = ResourceBuilder.CreateDefault()
            .AddService(options.ServiceName, serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: instance);
        if (options.SendsTraces)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(ServerSource, RequestObserver.SourceName)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
                .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces"))
                .Build();
        }

        if (options.SendsMetrics)
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter("HashBalancer.*")
                .AddMeter(MetricCollector.ForeignMeters)
                .AddOtlpExporter((exporter, reader) =>
                {
                    Configure(exporter, options, "v1/metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsInterval.TotalMilliseconds;
                })
                .Build();
        }
    }

    /// <summary>Sends what waits, within a few seconds.</summary>
    public void Dispose()
    {
        const int Limit = 3000;
        _traces?.Shutdown(Limit);
        _metrics?.Shutdown(Limit);
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, OtlpOptions options, string path)
    {
        bool isHttp = options.Protocol == OtlpWire.HttpProtobuf;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri(options.Endpoint!.TrimEnd('/') + "/" + path) : new Uri(options.Endpoint!);
        if (options.Headers is { Length: > 0 } headers)
            exporter.Headers = headers;
    }
}
