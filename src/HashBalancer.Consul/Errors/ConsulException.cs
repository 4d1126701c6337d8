namespace HashBalancer.Consul;

/// <summary>A call to the registry that did not do what was asked. The kinds below it say why.</summary>
/// <param name="message">What went wrong, with method and path.</param>
/// <param name="method">The request's method, such as GET.</param>
/// <param name="path">The request's path and query; never a token.</param>
/// <param name="status">The answer's status code, or null when there was no answer.</param>
/// <param name="text">What Consul said, without surrounding white space; empty when it said nothing.</param>
/// <param name="inner">What caused it.</param>
public abstract class ConsulException(string message, string method, string path, int? status, string text, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The request's method, such as GET.</summary>
    public string Method { get; } = method;

    /// <summary>The request's path and query; never a token.</summary>
    public string Path { get; } = path;

    /// <summary>The answer's status code, or null when there was no answer.</summary>
    public int? Status { get; } = status;

    /// <summary>What Consul said, at most 4 KiB of it; empty when it said nothing.</summary>
    public string Text { get; } = text;

    /// <summary>Whether only a change of configuration or rights can help, so that asking again soon is of no use.</summary>
    public virtual bool IsConfiguration => false;
}

/// <summary>No address answered: connection refused, name unknown, TLS failed, connection broken.</summary>
/// <param name="message">What went wrong at each address.</param>
/// <param name="method">The request's method.</param>
/// <param name="path">The request's path and query.</param>
/// <param name="inner">What caused it at the last address.</param>
public sealed class ConsulUnreachableException(string message, string method, string path, Exception? inner)
    : ConsulException(message, method, path, null, "", inner);

/// <summary>The agent took the connection but the answer did not come, or not whole, in time.</summary>
/// <param name="message">What went wrong.</param>
/// <param name="method">The request's method.</param>
/// <param name="path">The request's path and query.</param>
/// <param name="limit">The time allowed.</param>
/// <param name="inner">What caused it.</param>
public sealed class ConsulTimeoutException(string message, string method, string path, TimeSpan limit, Exception? inner)
    : ConsulException(message, method, path, null, "", inner)
{
    /// <summary>The time that was allowed.</summary>
    public TimeSpan Limit { get; } = limit;
}

/// <summary>The token is missing, unknown or lacks rights (403, 401, and 500 with such a text).</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulForbiddenException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text)
{
    /// <inheritdoc/>
    public override bool IsConfiguration => true;
}

/// <summary>The token file cannot be read, or holds no usable token.</summary>
/// <param name="message">Which file, and what is wrong with it.</param>
/// <param name="method">The request's method.</param>
/// <param name="path">The request's path and query.</param>
/// <param name="inner">What caused it.</param>
public sealed class ConsulTokenException(string message, string method, string path, Exception? inner)
    : ConsulException(message, method, path, null, "", inner)
{
    /// <inheritdoc/>
    public override bool IsConfiguration => true;
}

/// <summary>Consul understood the request and refused it as wrong (400, 405, 413 and other 4xx).</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulBadRequestException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text)
{
    /// <inheritdoc/>
    public override bool IsConfiguration => true;
}

/// <summary>What was named does not exist: 404, or 500 about an unknown service, check or TTL check.</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulNotFoundException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text);

/// <summary>The session named by a lock operation does not exist or has ended.</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulInvalidSessionException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text);

/// <summary>The cluster has no leader, or the agent reaches no server.</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulNoLeaderException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text);

/// <summary>The agent limits connections or requests (429).</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulOverloadedException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text);

/// <summary>Consul failed in another way (5xx).</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulServerException(string message, string method, string path, int? status, string text)
    : ConsulException(message, method, path, status, text);

/// <summary>The answer is not one that Consul gives: malformed or truncated JSON, a bad index, a redirect, more bytes than allowed.</summary>
/// <inheritdoc cref="ConsulException(string, string, string, int?, string, Exception?)"/>
public sealed class ConsulBadResponseException(string message, string method, string path, int? status, string text, Exception? inner = null)
    : ConsulException(message, method, path, status, text, inner);
