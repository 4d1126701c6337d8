using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace HashBalancer.Proxy;

/// <summary>A route's transforms as the fast path carries them out: those of path, query, single header fields and X-Forwarded.</summary>
/// <remarks>Immutable; read once for each version of a route.</remarks>
internal sealed class RouteTransforms
{
    private static readonly ConditionalWeakTable<RouteConfig, RouteTransforms> Known = [];

    /// <summary>Those of a route that has none configured: the client's address, host and scheme are passed on.</summary>
    public static RouteTransforms Default { get; } = new();

    /// <summary>What of the transforms the fast path cannot do; null: nothing.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Changes of the path, one after another.</summary>
    public IReadOnlyList<Func<PathString, PathString>> Path { get; init; } = [];

    /// <summary>Changes of the query, one after another.</summary>
    public IReadOnlyList<Action<QueryTransformContext>> Query { get; init; } = [];

    /// <summary>Changes of the request's header.</summary>
    public HeaderChange[] Request { get; init; } = [];

    /// <summary>Changes of the header of responses below 400.</summary>
    public HeaderChange[] Response { get; init; } = [];

    /// <summary>Whether the node sees the client's field Host.</summary>
    public bool KeepsHost { get; init; }

    public ForwardedField For { get; init; } = new("X-Forwarded-For", ForwardedTransformActions.Set);

    public ForwardedField Host { get; init; } = new("X-Forwarded-Host", ForwardedTransformActions.Set);

    public ForwardedField Proto { get; init; } = new("X-Forwarded-Proto", ForwardedTransformActions.Set);

    public ForwardedField Prefix { get; init; } = new("X-Forwarded-Prefix", ForwardedTransformActions.Set);

    /// <summary>The field Forwarded; null: the client's is passed on as it is.</summary>
    public ForwardedLine? Forwarded { get; init; } = ForwardedLine.Removed;

    /// <summary>The transforms of a route.</summary>
    public static RouteTransforms Of(RouteConfig route) =>
        route.Transforms is null or { Count: 0 } ? Default : Known.GetValue(route, static known => RouteTransformsReader.Read(known.Transforms!));

    /// <summary>Whether a field that the client sent is not passed on, or not as it is.</summary>
    public bool Drops(string name)
    {
        if (For.Drops(name) || Host.Drops(name) || Proto.Drops(name) || Prefix.Drops(name) || (name.Length == ForwardedLine.Name.Length && Forwarded is { } forwarded && forwarded.Drops(name)))
            return true;
        foreach (HeaderChange change in Request)
        {
            if (change.Drops && change.Concerns(name))
                return true;
        }

        return false;
    }
}
