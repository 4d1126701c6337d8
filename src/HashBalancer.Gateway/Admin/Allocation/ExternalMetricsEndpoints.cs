using System.Globalization;
using System.Text.Json.Serialization;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Admin;

/// <summary>Desired replicas in the form of Kubernetes' external metrics API, for an <c>APIService</c> that leads here: <c>GET /apis/external.metrics.k8s.io/v1beta1</c> and, below
/// it, <c>/namespaces/{namespace}/hashbalancer-desired-replicas?labelSelector=pool=NAME</c>.</summary>
/// <remarks>The namespace means nothing: pools have none. Without a selector every pool is listed. As a HorizontalPodAutoscaler's metric with <c>averageValue: 1</c> the
/// number of replicas follows the sum of what is listed.</remarks>
internal static class ExternalMetricsEndpoints
{
    private const string Root = "/apis/external.metrics.k8s.io/v1beta1";
    private const string Metric = "hashbalancer-desired-replicas";
    private const string GroupVersion = "external.metrics.k8s.io/v1beta1";

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        FleetView view = gateway.GetRequiredService<FleetView>();
        endpoints.MapGet(Root, () => Results.Json(
            new ApiResourceList("APIResourceList", "v1", GroupVersion, [new ApiResource(Metric, "", Namespaced: true, "ExternalMetricValueList", ["get"])]), ExternalMetricsJson.Default.ApiResourceList))
            .Describe("What Kubernetes' external metrics API finds here.", ExternalMetricsJson.Default.ApiResourceList);
        endpoints.MapGet(Root + "/namespaces/{namespace}/" + Metric, (string? labelSelector) =>
        {
            if (view.State is not { } state)
                return AllocationEndpoints.Unknown();
            string? pool = PoolOf(labelSelector, out bool isKnown);
            if (!isKnown)
                return AdminProblem.Of(StatusCodes.Status400BadRequest, $"labelSelector: is '{labelSelector}'; known is pool=NAME.");
            ExternalMetricValue[] items = [.. state.Pools.Where(one => pool is null || one.Name.Equals(pool, StringComparison.OrdinalIgnoreCase)).Select(one => new ExternalMetricValue(
                Metric, new Dictionary<string, string> { ["pool"] = one.Name }, state.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                DesiredReplicas.Of(one).Replicas.ToString(CultureInfo.InvariantCulture)))];
            return Results.Json(new ExternalMetricValueList("ExternalMetricValueList", GroupVersion, new ListMeta(), items), ExternalMetricsJson.Default.ExternalMetricValueList);
        }).Describe("How many replicas pools want, as Kubernetes' external metrics API has it.", ExternalMetricsJson.Default.ExternalMetricValueList, null, ("labelSelector", "pool=NAME for one pool.", false));
    }

    private static string? PoolOf(string? selector, out bool isKnown)
    {
        isKnown = true;
        if (string.IsNullOrEmpty(selector))
            return null;
        string[] parts = selector.Split('=', 2, StringSplitOptions.TrimEntries);
        isKnown = parts is ["pool", { Length: > 0 }];
        return isKnown ? parts[1].TrimStart('=') : null;
    }
}

internal sealed record ApiResourceList(string Kind, string ApiVersion, string GroupVersion, IReadOnlyList<ApiResource> Resources);

internal sealed record ApiResource(string Name, string SingularName, bool Namespaced, string Kind, IReadOnlyList<string> Verbs);

internal sealed record ExternalMetricValueList(string Kind, string ApiVersion, ListMeta Metadata, IReadOnlyList<ExternalMetricValue> Items);

internal sealed record ListMeta;

/// <param name="MetricName">The metric.</param>
/// <param name="MetricLabels">What it is of.</param>
/// <param name="Timestamp">When, by RFC 3339.</param>
/// <param name="Value">A Kubernetes quantity.</param>
internal sealed record ExternalMetricValue(string MetricName, IReadOnlyDictionary<string, string> MetricLabels, string Timestamp, string Value);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(ExternalMetricValueList))]
internal sealed partial class ExternalMetricsJson : JsonSerializerContext;
