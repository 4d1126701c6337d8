using System.Text.Json.Serialization;

namespace HashBalancer.Gateway.Admin;

/// <summary>A change that somebody asked the admin server for.</summary>
/// <param name="At">When.</param>
/// <param name="Client">The address that it came from.</param>
/// <param name="Action">What was asked, such as <c>drain</c>.</param>
/// <param name="Subject">Of what, such as <c>pools/items/nodes/n-1</c>.</param>
/// <param name="Value">To what; null where the action says it all.</param>
/// <param name="Result">The status that was answered.</param>
internal sealed record AuditEntry(DateTimeOffset At, string Client, string Action, string Subject, string? Value, int Result);

/// <summary>Keeps who changed what by the admin server, also what was refused: in the log under the category <c>HashBalancer.Audit</c>, the latest ones here.</summary>
/// <remarks>Thread-safe; bounded.</remarks>
internal sealed partial class AuditLog(ILoggerFactory loggers, TimeProvider time)
{
    private const int Most = 500;
    private readonly ILogger _logger = loggers.CreateLogger("HashBalancer.Audit");
    private readonly Lock _gate = new();
    private readonly Queue<AuditEntry> _latest = new(); // Guarded by _gate.

    /// <summary>The latest changes, the last one first.</summary>
    public AuditEntry[] Latest
    {
        get
        {
            lock (_gate)
                return [.. _latest.Reverse()];
        }
    }

    /// <summary>Notes a change by its answer, and returns it.</summary>
    public IResult Note(HttpContext context, string action, string subject, string? value, IResult answer)
    {
        int status = (answer as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        var entry = new AuditEntry(time.GetUtcNow(), context.Connection.RemoteIpAddress?.ToString() ?? "unknown", action, subject, value, status);
        lock (_gate)
        {
            if (_latest.Count == Most)
                _latest.Dequeue();
            _latest.Enqueue(entry);
        }

        Changed(_logger, entry.Client, action, subject, value ?? "", status);
        return answer;
    }

    [LoggerMessage(EventId = 4100, EventName = "AdminChange", Level = LogLevel.Information, Message = "{Client} asked for {Action} of {Subject} {Value}: {Status}")]
    private static partial void Changed(ILogger logger, string client, string action, string subject, string value, int status);
}

/// <summary>GET /api/v1/audit: the latest changes by the admin server of this gateway.</summary>
internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, AuditLog audit) =>
        endpoints.MapGet("/api/v1/audit", () => Results.Json(audit.Latest, AuditJson.Default.AuditEntryArray))
            .Describe("The latest changes asked of this gateway, the last one first.", AuditJson.Default.AuditEntryArray);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditEntry[]))]
internal sealed partial class AuditJson : JsonSerializerContext;
