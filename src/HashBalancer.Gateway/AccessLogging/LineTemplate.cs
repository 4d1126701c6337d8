using System.Globalization;
using System.Text;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>A line with names in braces, such as <c>{client} {method} {target} {status} {node} {header:X-Request-Id}</c>; <c>{{</c> is a brace.</summary>
internal sealed class LineTemplate
{
    private const string HeaderPrefix = "header:";

    private static readonly Dictionary<string, Func<AccessEntry, string?>> Fields = new(StringComparer.Ordinal)
    {
        ["time"] = static entry => entry.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ["client"] = static entry => entry.Client?.ToString(),
        ["method"] = static entry => entry.Method,
        ["target"] = static entry => entry.Target,
        ["protocol"] = static entry => entry.Protocol,
        ["host"] = static entry => entry.Host,
        ["status"] = static entry => entry.Status.ToString(CultureInfo.InvariantCulture),
        ["bytes"] = static entry => entry.Bytes?.ToString(CultureInfo.InvariantCulture),
        ["duration"] = static entry => entry.Duration.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture),
        ["referrer"] = static entry => entry.Referrer,
        ["user_agent"] = static entry => entry.UserAgent,
        ["trace_id"] = static entry => entry.TraceId,
        ["pool"] = static entry => entry.Record?.Pool,
        ["node"] = static entry => entry.Record?.Node,
        ["reason"] = static entry => entry.Record?.Reason,
        ["tries"] = static entry => entry.Record?.TryCount.ToString(CultureInfo.InvariantCulture),
        ["wait"] = static entry => entry.Record?.Wait.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture),
        ["admission"] = static entry => entry.Record?.Admission.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture),
        ["key_hash"] = static entry => entry.Record?.HashText,
    };

    private readonly List<(string? Text, Func<AccessEntry, string?>? Field)> _parts = [];
    private readonly List<string> _headers = [];

    /// <summary>Reads a template that <see cref="FaultOf"/> finds no fault with.</summary>
    public LineTemplate(string template)
    {
        if (Read(template) is { } fault)
            throw new FormatException(fault);
    }

    /// <summary>The request headers that it names.</summary>
    public string[] Headers => [.. _headers];

    /// <summary>What is wrong with a template; null: nothing.</summary>
    public static string? FaultOf(string template) => new LineTemplate().Read(template);

    private LineTemplate() { }

    /// <summary>Appends a line, without its end. What is absent is <c>-</c>; what would break the line or its quotes is escaped.</summary>
    public void Write(StringBuilder line, AccessEntry entry)
    {
        foreach ((string? text, Func<AccessEntry, string?>? field) in _parts)
        {
            if (field is null)
                line.Append(text);
            else
                LineText.Append(line, field(entry));
        }
    }

    private string? Read(string template)
    {
        var text = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
                continue;
            }

            if (c != '{')
            {
                text.Append(c);
                continue;
            }

            int end = template.IndexOf('}', i);
            if (end < 0)
                return $"has a brace at {i} that nothing closes; write {{{{ for a brace.";
            string name = template[(i + 1)..end];
            _parts.Add((text.ToString(), null));
            text.Clear();
            if (name.StartsWith(HeaderPrefix, StringComparison.Ordinal) && name.Length > HeaderPrefix.Length)
            {
                int index = _headers.Count;
                _headers.Add(name[HeaderPrefix.Length..]);
                _parts.Add((null, entry => entry.Headers[index]));
            }
            else if (Fields.TryGetValue(name, out Func<AccessEntry, string?>? field))
            {
                _parts.Add((null, field));
            }
            else
            {
                return $"names '{name}', which is not known.{NearestName.Hint(name, Fields.Keys)} Allowed: {string.Join(", ", Fields.Keys)}, header:<name>.";
            }

            i = end;
        }

        _parts.Add((text.ToString(), null));
        return null;
    }
}
