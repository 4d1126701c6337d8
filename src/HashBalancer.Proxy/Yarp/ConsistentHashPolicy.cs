using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>A load-balancing policy of YARP: a request's key decides its destination, on the same ring as everywhere in HashBalancer.</summary>
/// <remarks>
/// <para>A cluster asks for it by <c>"LoadBalancingPolicy": "ConsistentHash"</c>, and says in its <c>Metadata</c> where the key comes from: <c>HashKeys</c>, a list of
/// sources with commas between them, such as <c>header:X-User-Id,client-ip</c> (see <see cref="HashKeyChain.TryParse"/>). A destination's
/// <c>Metadata</c> may give its <c>Weight</c>, 0 to 1000. A request without a key goes to the less busy of two destinations drawn by its trace id.</para>
/// <para>It chooses, and that is all: bounded load, waiting, hot keys, retries and Consul come with <see cref="HashBalancerExtensions.UseHashBalancer"/>.</para>
/// <para>Thread-safe. A choice costs one look-up; a ring is made anew when the available destinations change.</para>
/// </remarks>
public sealed class ConsistentHashPolicy : ILoadBalancingPolicy
{
    /// <summary>The policy's name in a cluster's configuration.</summary>
    public const string PolicyName = "ConsistentHash";

    /// <summary>The key of a cluster's metadata that names the key sources.</summary>
    public const string HashKeys = "HashKeys";

    /// <summary>The key of a destination's metadata that gives its weight.</summary>
    public const string Weight = "Weight";

    private readonly ConcurrentDictionary<string, HashKeyChain> _chains = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<ClusterState, Choice> _choices = [];

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The cluster's key sources cannot be read; the message names every fault.</exception>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(availableDestinations);
        if (availableDestinations.Count == 0)
            return null;
        return ChainOf(cluster.Model.Config).TryHash(context, out ulong hash)
            ? ChoiceOf(cluster, availableDestinations).Of(hash)
            : LessBusy(availableDestinations, KeyHash.Of(context.TraceIdentifier.AsSpan()));
    }

    private HashKeyChain ChainOf(ClusterConfig cluster) =>
        cluster.Metadata?.TryGetValue(HashKeys, out string? sources) == true ? _chains.GetOrAdd(sources, Parse, cluster.ClusterId) : HashKeyChain.Empty;

    private static HashKeyChain Parse(string sources, string cluster) =>
        HashKeyChain.TryParse(sources.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors)
            ? chain
            : throw new InvalidOperationException($"The metadata '{HashKeys}' of cluster '{cluster}' is '{sources}': {string.Join(" ", errors)}");

    private Choice ChoiceOf(ClusterState cluster, IReadOnlyList<DestinationState> available)
    {
        bool isKnown = _choices.TryGetValue(cluster, out Choice? known);
        if (isKnown && known!.IsFor(available))
            return known;
        var next = new Choice(available, known?.Ring ?? HashRing.Empty);
        _choices.AddOrUpdate(cluster, next);
        return next;
    }

    private static DestinationState LessBusy(IReadOnlyList<DestinationState> available, ulong chance)
    {
        DestinationState first = available[(int)(chance % (uint)available.Count)], second = available[(int)((chance >> 32) % (uint)available.Count)];
        return first.ConcurrentRequestCount <= second.ConcurrentRequestCount ? first : second;
    }

    /// <summary>The ring of one list of destinations.</summary>
    private sealed class Choice
    {
        private readonly IReadOnlyList<DestinationState> _list;
        private readonly DestinationState?[] _bySlot;

        public Choice(IReadOnlyList<DestinationState> list, HashRing before)
        {
            _list = list;
            Ring = before.WithMembers(list.Select(destination => new RingMember(destination.DestinationId, WeightOf(destination))));
            _bySlot = new DestinationState?[Ring.SlotCount];
            foreach (DestinationState destination in list)
            {
                if (Ring.TryGetSlot(destination.DestinationId, out int slot))
                    _bySlot[slot] = destination;
            }
        }

        public HashRing Ring { get; }

        /// <summary>YARP gives the same list until a destination comes, goes or changes its health, unless something before has filtered it.</summary>
        public bool IsFor(IReadOnlyList<DestinationState> list)
        {
            if (ReferenceEquals(list, _list))
                return true;
            if (list.Count != _list.Count)
                return false;
            for (int i = 0; i < list.Count; i++)
            {
                if (!ReferenceEquals(list[i], _list[i]))
                    return false;
            }

            return true;
        }

        /// <summary>The owner; when all weights are 0, the first of the list.</summary>
        public DestinationState Of(ulong hash) => Ring.Owner(hash) is >= 0 and int slot ? _bySlot[slot]! : _list[0];

        private static double WeightOf(DestinationState destination) =>
            destination.Model.Config.Metadata?.TryGetValue(Weight, out string? text) == true
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) && weight <= HashRing.MaximumWeight
                ? weight
                : 1;
    }
}
