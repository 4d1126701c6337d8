using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

/// <summary>What a route does to one header field.</summary>
/// <param name="Name">The field.</param>
/// <param name="Drops">Whether what the message brings along is dropped.</param>
/// <param name="Values">What is added, a line each.</param>
internal sealed record HeaderChange(string Name, bool Drops, string[] Values)
{
    public bool Concerns(string name) => name.Length == Name.Length && name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Does it to the header of a response.</summary>
    public void Apply(IHeaderDictionary headers)
    {
        if (Values.Length > 0)
            headers[Name] = Drops ? Values : StringValues.Concat(headers[Name], Values);
        else if (Drops)
            headers.Remove(Name);
    }
}
