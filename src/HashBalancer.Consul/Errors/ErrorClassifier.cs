using System.Text;

namespace HashBalancer.Consul;

/// <summary>Turns an answer that is no success into the exception that fits it.</summary>
internal static class ErrorClassifier
{
    private const int TextLimit = 4096;

    public static ConsulException Classify(string method, string path, int status, ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, TextLimit)]).Trim();
        string message = text.Length == 0
            ? $"{method} {path} answered {status} without a text."
            : $"{method} {path} answered {status}: {text}";
        return status switch
        {
            401 or 403 => new ConsulForbiddenException(message, method, path, status, text),
            404 => new ConsulNotFoundException(message, method, path, status, text),
            429 => new ConsulOverloadedException(message, method, path, status, text),
            >= 400 and < 500 => new ConsulBadRequestException(message, method, path, status, text),
            >= 500 => ClassifyServerError(message, method, path, status, text),
            _ => new ConsulBadResponseException(message, method, path, status, text),
        };
    }

    // Consul reports several conditions as 500 and tells them apart by text alone.
    private static ConsulException ClassifyServerError(string message, string method, string path, int status, string text)
    {
        if (HasAny(text, "ACL not found", "Permission denied"))
            return new ConsulForbiddenException(message, method, path, status, text);
        if (HasAny(text, "No cluster leader", "rpc error getting client", "transport is closing", "No known Consul servers", "leadership lost"))
            return new ConsulNoLeaderException(message, method, path, status, text);
        if (HasAny(text, "invalid session"))
            return new ConsulInvalidSessionException(message, method, path, status, text);
        if (HasAny(text, "does not have associated TTL", "Unknown service", "Unknown check", "does not exist"))
            return new ConsulNotFoundException(message, method, path, status, text);
        return new ConsulServerException(message, method, path, status, text);
    }

    private static bool HasAny(string text, params ReadOnlySpan<string> fragments)
    {
        foreach (string fragment in fragments)
        {
            if (text.Contains(fragment, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
