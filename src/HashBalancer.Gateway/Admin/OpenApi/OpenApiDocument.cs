using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Microsoft.AspNetCore.Routing.Patterns;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /api/v1/openapi.json: what the admin API has, by OpenAPI 3.1, made from the endpoints themselves.</summary>
internal static class OpenApiDocument
{
    private const string Problem = "Problem";

    public static void Map(WebApplication app)
    {
        // Once, when it is first asked for: all endpoints are there by then.
        var document = new Lazy<string>(() => Make(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()).ToJsonString());
        app.MapGet("/api/v1/openapi.json", () => Results.Text(document.Value, "application/json")).Describe("This document.");
    }

    /// <summary>The document of these endpoints.</summary>
    public static JsonObject Make(IEnumerable<RouteEndpoint> endpoints)
    {
        var paths = new JsonObject();
        foreach (RouteEndpoint endpoint in endpoints.OrderBy(one => PathOf(one.RoutePattern), StringComparer.Ordinal))
        {
            if (endpoint.Metadata.GetMetadata<EndpointDescription>() is not { } description)
                continue;
            string path = PathOf(endpoint.RoutePattern);
            if (paths[path] is not JsonObject operations)
                paths[path] = operations = [];
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                operations[method.ToLowerInvariant()] = Operation(endpoint.RoutePattern, description);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "HashBalancer admin API", ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version?.ToString(3) },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["basic"] = new JsonArray() }, new JsonObject()),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject { [Problem] = ProblemJson.Default.ProblemReport.GetJsonSchemaAsNode() },
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                    ["basic"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic" },
                },
            },
        };
    }

    private static JsonObject Operation(RoutePattern pattern, EndpointDescription description)
    {
        var parameters = new JsonArray();
        foreach (RoutePatternParameterPart part in pattern.Parameters)
            parameters.Add(Parameter(part.Name, "path", isRequired: true, $"The {part.Name}."));
        foreach ((string name, string meaning, bool isRequired) in description.Queries)
            parameters.Add(Parameter(name, "query", isRequired, meaning));
        var operation = new JsonObject { ["summary"] = description.Summary, ["parameters"] = parameters };
        if (description.Body is { } body)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", body.GetJsonSchemaAsNode()) };
        var done = new JsonObject { ["description"] = "Done." };
        if (description.Answer is { } answer)
            done["content"] = Content("application/json", answer.GetJsonSchemaAsNode());
        operation["responses"] = new JsonObject
        {
            ["200"] = done,
            ["default"] = new JsonObject
            {
                ["description"] = "Why it was not done.",
                ["content"] = Content(AdminProblem.ContentType, new JsonObject { ["$ref"] = $"#/components/schemas/{Problem}" }),
            },
        };
        return operation;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Parameter(string name, string place, bool isRequired, string meaning) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = isRequired,
        ["description"] = meaning,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static string PathOf(RoutePattern pattern) => "/" + pattern.RawText?.TrimStart('/');
}
