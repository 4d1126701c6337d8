using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Gateway.Admin;

/// <summary>What the OpenAPI document says of an endpoint.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Answer">What 200 answers; null: not JSON.</param>
/// <param name="Body">What it takes; null: no body.</param>
/// <param name="Queries">The parameters of the query, each with what it is.</param>
internal sealed record EndpointDescription(string Summary, JsonTypeInfo? Answer, JsonTypeInfo? Body, IReadOnlyList<(string Name, string Meaning, bool IsRequired)> Queries);

/// <summary>Describes endpoints.</summary>
internal static class EndpointDescriptions
{
    public static IEndpointConventionBuilder Describe(
        this IEndpointConventionBuilder endpoint, string summary, JsonTypeInfo? answer = null, JsonTypeInfo? body = null,
        params IReadOnlyList<(string Name, string Meaning, bool IsRequired)> queries)
    {
        endpoint.Add(builder => builder.Metadata.Add(new EndpointDescription(summary, answer, body, queries)));
        return endpoint;
    }
}
