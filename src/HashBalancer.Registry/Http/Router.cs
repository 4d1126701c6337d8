using Microsoft.AspNetCore.Http;

namespace HashBalancer.Registry;

/// <summary>Answers a call.</summary>
internal delegate ValueTask<Answer> Endpoint(ApiCall call);

/// <summary>Finds the endpoint of a path as Go's ServeMux does: exact paths, and prefixes that end with a slash, the longest first.</summary>
internal sealed class Router
{
    private readonly Dictionary<string, Route> _exact = new(StringComparer.Ordinal);
    private readonly List<Route> _prefixes = [];

    /// <summary>Adds a path with the endpoint of each method; a path that ends with a slash stands for all below it.</summary>
    public void Map(string path, params ReadOnlySpan<(string Method, Endpoint Endpoint)> endpoints)
    {
        var route = new Route(path, endpoints.ToArray());
        if (path.EndsWith('/'))
            _prefixes.Add(route);
        else
            _exact.Add(path, route);
        _prefixes.Sort((a, b) => b.Path.Length - a.Path.Length);
    }

    public Route? Find(string path) =>
        _exact.GetValueOrDefault(path) ?? _prefixes.Find(route => path.StartsWith(route.Path, StringComparison.Ordinal));
}

/// <summary>A path and the endpoints of its methods.</summary>
internal sealed class Route(string path, (string Method, Endpoint Endpoint)[] endpoints)
{
    public string Path { get; } = path;

    /// <summary>What the header Allow says.</summary>
    public string Allow { get; } = "OPTIONS," + string.Join(',', endpoints.Select(e => e.Method));

    public Endpoint? For(string method)
    {
        foreach ((string known, Endpoint endpoint) in endpoints)
        {
            if (HttpMethods.Equals(known, method))
                return endpoint;
        }

        return null;
    }
}
