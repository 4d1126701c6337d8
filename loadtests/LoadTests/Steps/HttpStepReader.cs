using System.Buffers;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Steps;

/// <summary>Reads a step that sends an HTTP request.</summary>
internal static class HttpStepReader
{
    private const string TokenPunctuation = "!#$%&'*+-.^_`|~";

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + TokenPunctuation);

    public static HttpStepDefinition Read(Section section)
    {
        string name = section.Text("name");
        string method = section.Text("method", "GET");
        if (method.AsSpan().ContainsAnyExcept(Token))
            section.Error("method", $"\"{method}\" must be letters, digits and {TokenPunctuation}");
        string path = ReadPath(section);
        KeyValuePair<string, string>[] headers = ReadHeaders(section);
        string? body = section.Has("body") ? section.Text("body", "") : null;
        section.Know("body");
        int status = (int)section.Whole("status", 200, 599, 200);
        long? bytes = section.Has("bytes") ? section.Whole("bytes", 0, long.MaxValue) : null;
        section.Know("bytes");
        return new HttpStepDefinition(name, method, path, headers, body, status, bytes, StepKinds.ReadWeight(section));
    }

    public static string ReadPath(Section section)
    {
        string path = section.Text("path");
        if (path.Length > 0 && (path[0] != '/' || path.Any(c => c is <= ' ' or >= (char)127)))
            section.Error("path", $"\"{path}\" must begin with / and be visible ASCII; {RequestTemplate.KeyMark} stands for the key");
        return path;
    }

    public static KeyValuePair<string, string>[] ReadHeaders(Section section)
    {
        Section? given = section.Object("headers", required: false);
        return given is null ? [] : [.. given.Names.Select(n => ReadHeader(given, n))];
    }

    private static KeyValuePair<string, string> ReadHeader(Section headers, string name)
    {
        string value = headers.Text(name, "");
        bool isFraming = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ||
            name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
            headers.Error(name, $"a header's name must be letters, digits and {TokenPunctuation}");
        else if (isFraming)
            headers.Error(name, "is written by the runner: leave it out");
        else if (value.Any(char.IsControl))
            headers.Error(name, "a header's value must be without control characters");
        return KeyValuePair.Create(name, value);
    }
}
