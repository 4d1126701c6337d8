using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Gateway.Admin;

/// <summary>Reads what a request asks for from its body.</summary>
internal static class AdminBody
{
    /// <summary>The body, or why it is none: 415 for another type than JSON, 400 for a malformed one. One that is too long throws, and is answered with 413.</summary>
    public static async Task<(T? Value, IResult? Problem)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
            return (null, AdminProblem.Of(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON: Content-Type: application/json."));
        try
        {
            T? value = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return value is null ? (null, Malformed("it is null")) : (value, null);
        }
        catch (JsonException error)
        {
            return (null, Malformed(error.Message));
        }
    }

    private static IResult Malformed(string reason) => AdminProblem.Of(StatusCodes.Status400BadRequest, $"The body is malformed: {reason}");
}
