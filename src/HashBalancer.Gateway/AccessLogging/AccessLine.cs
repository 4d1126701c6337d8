using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>Writes a request as a line, in the format configured.</summary>
internal sealed class AccessLine(AccessLogOptions options)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly LineTemplate? _template = options.Template is { } template ? new LineTemplate(template) : null;

    /// <summary>The request headers that lines hold beside those that every format knows.</summary>
    public string[] Headers => _template?.Headers ?? [];

    /// <summary>The line with its end.</summary>
    public string Of(AccessEntry entry)
    {
        var line = new StringBuilder(256);
        switch (options.Format)
        {
            case AccessLogFormat.Json:
                line.Append(Json(entry));
                break;
            case AccessLogFormat.Template:
                _template!.Write(line, entry);
                break;
            default:
                Common(line, entry);
                break;
        }

        return line.Append('\n').ToString();
    }

    private void Common(StringBuilder line, AccessEntry entry)
    {
        string offset = entry.At.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        line.Append(CultureInfo.InvariantCulture, $"{entry.Client?.ToString() ?? "-"} - - [{entry.At:dd/MMM/yyyy:HH:mm:ss} {offset}] \"");
        LineText.Append(line, entry.Method);
        line.Append(' ');
        LineText.Append(line, entry.Target);
        line.Append(CultureInfo.InvariantCulture, $" {entry.Protocol}\" {entry.Status} {entry.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "-"}");
        if (options.Format != AccessLogFormat.Combined)
            return;
        line.Append(" \"");
        LineText.Append(line, entry.Referrer);
        line.Append("\" \"");
        LineText.Append(line, entry.UserAgent);
        line.Append('"');
    }

    private static string Json(AccessEntry entry)
    {
        using var buffer = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.At);
            Text("client", entry.Client?.ToString());
            json.WriteString("method", entry.Method);
            json.WriteString("target", entry.Target);
            json.WriteString("protocol", entry.Protocol);
            Text("host", entry.Host);
            json.WriteNumber("status", entry.Status);
            if (entry.Bytes is { } bytes)
                json.WriteNumber("bytes", bytes);
            json.WriteNumber("durationSeconds", entry.Duration.TotalSeconds);
            Text("referrer", entry.Referrer);
            Text("userAgent", entry.UserAgent);
            Text("traceId", entry.TraceId);
            if (entry.Record is { } record)
            {
                Text("pool", record.Pool);
                Text("node", record.Node);
                Text("reason", record.Reason);
                Text("keyHash", record.HashText);
                json.WriteNumber("tries", record.TryCount);
                json.WriteNumber("admissionSeconds", record.Admission.TotalSeconds);
                json.WriteNumber("waitSeconds", record.Wait.TotalSeconds);
            }

            json.WriteEndObject();

            void Text(string name, string? value)
            {
                if (!string.IsNullOrEmpty(value))
                    json.WriteString(name, value);
            }
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
