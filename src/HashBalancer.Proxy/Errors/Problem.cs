using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HashBalancer.Proxy;

/// <summary>Error answers of the proxy itself: RFC 9457 problem details with the members <c>reason</c>, stable for programs, and <c>pool</c>.</summary>
internal static class Problem
{
    private const string ContentType = "application/problem+json";

    // The body is never HTML; escaping quotes and angle brackets for it would only hide names from readers.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of an error.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="reason">Why.</param>
    /// <param name="pool">The pool that the request was for.</param>
    /// <param name="detail">Why, in sentences for people. It names no node: clients have no business with addresses.</param>
    public static byte[] Body(int status, ErrorReason reason, string pool, string detail)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteString("reason", reason.Name());
            json.WriteString("pool", pool);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Answers with a body made by <see cref="Body"/>; the response must not have started.</summary>
    public static Task Write(HttpResponse response, int status, byte[] body)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length, response.HttpContext.RequestAborted);
    }
}
