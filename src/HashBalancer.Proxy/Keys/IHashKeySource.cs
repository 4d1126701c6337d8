using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Takes a key from a request, such as the value of one header.</summary>
/// <remarks>Used by many requests at once: implementations are immutable, and neither allocate nor block.</remarks>
public interface IHashKeySource
{
    /// <summary>Appends the request's key as UTF-8.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">Empty when called; what is left in it counts only when the answer is true.</param>
    /// <returns>False when the request does not carry this key; an empty key counts as absent too.</returns>
    bool TryAppend(HttpContext context, scoped ref KeyBuffer key);
}
