using System.Collections.Frozen;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Splits the requests of one pool between several, by weight and by headers, each key always to the same one.</summary>
/// <remarks>
/// <para>By weighted rendezvous hashing (Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", SPAA 2005, the logarithmic method): each
/// pool draws a number from the key and its own name, and the least of −ln(draw) / weight wins. A pool whose weight grows takes keys
/// from the others and gives none away; between the others nothing moves.</para>
/// <para>Immutable; thread-safe. A choice costs a logarithm for each pool and allocates nothing.</para>
/// </remarks>
public sealed class TrafficSplit
{
    /// <summary>The weight of a pool that is not named among those its requests are split between.</summary>
    public const double OwnWeight = 100;

    private readonly Target[] _targets;

    /// <summary>Makes a split.</summary>
    /// <param name="pool">The pool whose requests are split.</param>
    /// <param name="targets">By pool name; the pool itself has <see cref="OwnWeight"/> unless it is named.</param>
    public TrafficSplit(string pool, IReadOnlyDictionary<string, SplitTarget> targets)
    {
        ArgumentException.ThrowIfNullOrEmpty(pool);
        ArgumentNullException.ThrowIfNull(targets);
        Dictionary<string, SplitTarget> all = new(targets, StringComparer.OrdinalIgnoreCase);
        all.TryAdd(pool, new SplitTarget { Weight = OwnWeight });
        Targets = all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _targets = [.. all.OrderBy(target => target.Key, StringComparer.OrdinalIgnoreCase)
            .Select(target => new Target(target.Key, KeyHash.Of(target.Key.ToLowerInvariant()), target.Value))];
    }

    /// <summary>What each pool gets, the pool itself included.</summary>
    public IReadOnlyDictionary<string, SplitTarget> Targets { get; }

    /// <summary>The pool that a header names, the first in order of name; null when none does.</summary>
    internal string? ByHeader(HttpRequest request)
    {
        foreach (Target target in _targets)
        {
            if (target.Policy.Header is { } header && request.Headers.TryGetValue(header, out Microsoft.Extensions.Primitives.StringValues values)
                && (target.Policy.Value is { } value ? values.Contains(value) : values.Any(one => !string.IsNullOrEmpty(one))))
            {
                return target.Pool;
            }
        }

        return null;
    }

    /// <summary>The pool that a key belongs to.</summary>
    /// <param name="hash">The key's hash, or any number for a request without one.</param>
    internal string ByWeight(ulong hash)
    {
        string chosen = _targets[0].Pool;
        double least = double.PositiveInfinity;
        foreach (Target target in _targets)
        {
            if (target.Policy.Weight <= 0)
                continue;
            double score = -Math.Log(1 - KeyDraw.Of(hash, target.Salt)) / target.Policy.Weight;
            if (score < least)
                (chosen, least) = (target.Pool, score);
        }

        return chosen;
    }

    private sealed record Target(string Pool, ulong Salt, SplitTarget Policy);
}
