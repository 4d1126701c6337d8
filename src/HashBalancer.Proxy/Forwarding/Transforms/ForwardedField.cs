using Yarp.ReverseProxy.Transforms;

namespace HashBalancer.Proxy;

/// <summary>One of the fields X-Forwarded-For, -Host, -Proto and -Prefix.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="Action">What becomes of it.</param>
internal sealed record ForwardedField(string Name, ForwardedTransformActions Action)
{
    /// <summary>Whether a field of that name that the client sent is dropped.</summary>
    public bool Drops(string name) =>
        name.Length == Name.Length && Action is ForwardedTransformActions.Set or ForwardedTransformActions.Remove
        && name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the proxy adds a line of its own.</summary>
    public bool IsAdded => Action is ForwardedTransformActions.Set or ForwardedTransformActions.Append;
}
