using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms;

namespace HashBalancer.Proxy;

/// <summary>Reads the transforms of a route, which YARP has validated, from the form they are configured in.</summary>
internal sealed class RouteTransformsReader
{
    private static readonly SearchValues<char> ValueText = SearchValues.Create(['\t', .. Enumerable.Range(0x20, 0x5f).Select(c => (char)c)]);

    /// <summary>Fields that decide on framing, connection or trace, which the fast path writes itself, or that YARP treats in ways of their own.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Cookie", "Expect", "Forwarded", "Trailer", "traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context", "Date",
    };

    private static readonly string[] Parts = ["For", "Host", "Proto", "Prefix"];

    private readonly List<Func<PathString, PathString>> _path = [];
    private readonly List<Action<QueryTransformContext>> _query = [];
    private readonly List<HeaderChange> _request = [];
    private readonly List<HeaderChange> _response = [];
    private bool _keepsHost;
    private string _prefix = "X-Forwarded-";
    private IReadOnlyDictionary<string, string>? _forwarded;
    private ForwardedLine? _line;
    private bool _hasLine;

    public static RouteTransforms Read(IReadOnlyList<IReadOnlyDictionary<string, string>> transforms)
    {
        var reader = new RouteTransformsReader();
        foreach (IReadOnlyDictionary<string, string> transform in transforms)
        {
            if (!reader.TryAdd(transform))
                return new RouteTransforms { Obstacle = $"the route's transform {string.Join(", ", transform.Select(part => $"{part.Key}={part.Value}"))}" };
        }

        return new RouteTransforms
        {
            Path = reader._path,
            Query = reader._query,
            Request = [.. reader._request],
            Response = [.. reader._response],
            KeepsHost = reader._keepsHost,
            For = reader.Forwarded("For"),
            Host = reader.Forwarded("Host"),
            Proto = reader.Forwarded("Proto"),
            Prefix = reader.Forwarded("Prefix"),
            Forwarded = reader.Line(),
        };
    }

    private bool TryAdd(IReadOnlyDictionary<string, string> transform)
    {
        if (Has("PathPrefix", out string? value) && transform.Count == 1)
            return Add(_path, path => Slashed(value) + path);
        if (Has("PathRemovePrefix", out value) && transform.Count == 1)
            return Add(_path, path => path.StartsWithSegments(Slashed(value), out PathString rest) ? rest : path);
        if (Has("PathSet", out value) && transform.Count == 1)
            return Add(_path, _ => Slashed(value));
        if (Has("QueryRemoveParameter", out value) && transform.Count == 1)
            return Add(_query, query => query.Collection.Remove(value));
        if (Has("QueryValueParameter", out string? name) && transform.Count == 2)
            return TryAddQuery(transform, name);
        if (Has("RequestHeadersCopy", out value) || Has("ResponseHeadersCopy", out value))
            return transform.Count == 1 && bool.TryParse(value, out bool copies) && copies;
        if (Has("RequestHeaderOriginalHost", out value) && transform.Count == 1)
            return bool.TryParse(value, out _keepsHost);
        if (Has("RequestHeader", out name) && transform.Count == 2)
            return TryAddChange(_request, name, transform);
        if (Has("RequestHeaderRemove", out name) && transform.Count == 1)
            return TryChange(_request, name, drops: true, value: null);
        if (Has("ResponseHeader", out name) && OnSuccess(2))
            return TryAddChange(_response, name, transform);
        if (Has("ResponseHeaderRemove", out name) && OnSuccess(1))
            return TryChange(_response, name, drops: true, value: null);
        // Each takes away what the other adds, in the order in which they stand.
        if (_forwarded is not null || _hasLine)
        {
            if (Has("X-Forwarded", out _) || Has("Forwarded", out _))
                return false;
        }

        if (Has("Forwarded", out value))
            return _hasLine = ForwardedLine.TryRead(transform, value, out _line);
        if (Has("X-Forwarded", out _))
        {
            _forwarded = transform;
            _prefix = transform.GetValueOrDefault("HeaderPrefix", _prefix);
            return true;
        }

        return false;

        bool Has(string key, [NotNullWhen(true)] out string? found) => transform.TryGetValue(key, out found);

        // Others also change what the proxy answers by itself.
        bool OnSuccess(int others) =>
            Has("When", out string? when) ? transform.Count == others + 1 && when.Equals("Success", StringComparison.OrdinalIgnoreCase) : transform.Count == others;
    }

    private bool TryAddQuery(IReadOnlyDictionary<string, string> transform, string name)
    {
        if (transform.TryGetValue("Set", out string? set))
            return Add(_query, query => query.Collection[name] = set);
        return transform.TryGetValue("Append", out string? append)
            && Add(_query, query => query.Collection[name] = query.Collection.TryGetValue(name, out StringValues before) ? StringValues.Concat(before, append) : append);
    }

    private static bool TryAddChange(List<HeaderChange> changes, string name, IReadOnlyDictionary<string, string> transform)
    {
        if (transform.TryGetValue("Set", out string? set))
            return TryChange(changes, name, drops: true, set);
        return transform.TryGetValue("Append", out string? append) && TryChange(changes, name, drops: false, append);
    }

    /// <summary>Adds a change; a field has one change, which does what all of its transforms do one after another.</summary>
    private static bool TryChange(List<HeaderChange> changes, string name, bool drops, string? value)
    {
        if (Reserved.Contains(name) || HopByHop.Has(name) || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || value.AsSpan().ContainsAnyExcept(ValueText))
        {
            return false;
        }

        HeaderChange before = changes.Find(change => change.Concerns(name)) ?? new HeaderChange(name, false, []);
        changes.Remove(before);
        string[] added = value is null ? [] : [value];
        changes.Add(before with { Drops = drops || before.Drops, Values = drops ? added : [.. before.Values, .. added] });
        return true;
    }

    private ForwardedField Forwarded(string part) => new(_prefix + part, ActionOf(part));

    private ForwardedTransformActions ActionOf(string part)
    {
        if (_hasLine)
            return _line is null ? ForwardedTransformActions.Off : ForwardedTransformActions.Remove;
        return _forwarded is null
            ? ForwardedTransformActions.Set
            : Enum.Parse<ForwardedTransformActions>(_forwarded.GetValueOrDefault(part, _forwarded["X-Forwarded"]), ignoreCase: true);
    }

    /// <summary>Who vouches for the client in one form drops what the client says in the other.</summary>
    private ForwardedLine? Line()
    {
        if (_hasLine)
            return _line;
        return Parts.All(part => ActionOf(part) == ForwardedTransformActions.Off) ? null : ForwardedLine.Removed;
    }

    private static PathString Slashed(string path) => path.StartsWith('/') ? new PathString(path) : new PathString('/' + path);

    private static bool Add<T>(List<T> steps, T step)
    {
        steps.Add(step);
        return true;
    }
}
