using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace HashBalancer.Gateway.Admin;

/// <summary>What the admin server answers when it does not do what it was asked: RFC 9457.</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, and what is allowed; a sentence for people.</param>
internal sealed record ProblemReport(string Title, int Status, string Detail);

/// <summary>Makes such answers.</summary>
internal static class AdminProblem
{
    public const string ContentType = "application/problem+json";

    // The body is never HTML; escaping quotes for it would only hide names from readers.
    private static readonly ProblemJson Json = new(new JsonSerializerOptions(ProblemJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static IResult Of(int status, string detail) =>
        Results.Json(new ProblemReport(ReasonPhrases.GetReasonPhrase(status), status, detail), Json.ProblemReport, ContentType, status);

    public static IResult NoPool(string pool) => Of(StatusCodes.Status404NotFound, $"There is no pool '{pool}'.");

    public static IResult NoNode(string pool, string node) => Of(StatusCodes.Status404NotFound, $"Pool '{pool}' has no node '{node}'.");

    public static IResult RegistryAway(Exception error) =>
        Of(StatusCodes.Status503ServiceUnavailable, $"The registry could not be told, and nothing has changed: {error.Message}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemReport))]
internal sealed partial class ProblemJson : JsonSerializerContext;
