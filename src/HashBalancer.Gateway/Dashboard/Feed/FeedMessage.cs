using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Control;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>Writes what pages are told, as server-sent events: <c>whole</c> for one that begins, <c>change</c> for the others.</summary>
/// <remarks>Rows of nodes are arrays and nodes are numbers, so that a thousand of them fit into some kilobytes; the page's feed.js names the places.</remarks>
internal static class FeedMessage
{
    /// <summary>Pools that are listed; the one that is looked at always is.</summary>
    private const int MostPools = 50;

    private const int MostMoves = 12;

    /// <summary>The last message: the gateway ends.</summary>
    public static ReadOnlyMemory<byte> GoodBye { get; } = Encoding.UTF8.GetBytes("event: end\ndata: {}\n\n");

    /// <summary>Everything.</summary>
    public static ReadOnlyMemory<byte> Whole(PoolFeed feed, GatewayFacts gateway) => Write("whole", json =>
    {
        WriteHead(json, gateway, feed.Name);
        WritePool(json, feed);
        json.WriteStartArray("reasons");
        foreach (string reason in PoolObserver.Reasons)
            json.WriteStringValue(reason);
        json.WriteEndArray();
        json.WriteStartArray("history");
        foreach (TrafficSample sample in feed.History.Samples)
            WriteSample(json, sample);
        json.WriteEndArray();
        WriteNodes(json, feed.Nodes.Values);
        WriteFigures(json, feed.Nodes.Values);
        WriteRing(json, feed);
        WriteKeys(json, feed);
        WritePlans(json, feed);
        AllocationRows.Write(json, feed.Allocation);
    });

    /// <summary>What changed.</summary>
    /// <param name="feed">The pool.</param>
    /// <param name="gateway">What is known of the gateway.</param>
    /// <param name="due">Nodes whose figures are told.</param>
    /// <param name="measured">Whether a second is over, and figures are new.</param>
    public static ReadOnlyMemory<byte> Change(PoolFeed feed, GatewayFacts gateway, IReadOnlyCollection<FeedNode> due, bool measured) => Write("change", json =>
    {
        WriteHead(json, gateway, feed.Name);
        if (feed.Changes.Pool)
            WritePool(json, feed);
        if (feed.Changes.Gone.Count > 0)
        {
            json.WriteStartArray("gone");
            foreach (int index in feed.Changes.Gone)
                json.WriteNumberValue(index);
            json.WriteEndArray();
        }

        if (feed.Changes.Nodes.Count > 0)
            WriteNodes(json, feed.Changes.Nodes);
        if (feed.Changes.Shares.Count > 0)
            WriteShares(json, feed.Changes.Shares);
        if (feed.Changes.Ring)
            WriteRing(json, feed);
        if (feed.Changes.Plans)
            WritePlans(json, feed);
        if (due.Count > 0)
            WriteFigures(json, due);
        if (!measured)
            return;
        if (feed.Changes.Allocation)
            AllocationRows.Write(json, feed.Allocation);
        if (feed.History.Last is { } sample)
        {
            json.WritePropertyName("sample");
            WriteSample(json, sample);
        }

        WriteKeys(json, feed);
    });

    private static ReadOnlyMemory<byte> Write(string name, Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        buffer.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }

    private static void WriteHead(Utf8JsonWriter json, GatewayFacts gateway, string pool)
    {
        json.WriteNumber("at", gateway.AtMilliseconds);
        json.WriteStartObject("gateway");
        json.WriteString("name", gateway.Name);
        json.WriteString("leader", gateway.Leader);
        json.WriteBoolean("isLeader", gateway.IsLeader);
        json.WriteNumber("version", gateway.SnapshotVersion);
        json.WriteString("registry", gateway.Registry.Address);
        json.WriteString("registryState", gateway.Registry.State.ToString());
        json.WriteNumber("registrySince", gateway.Registry.Since.ToUnixTimeMilliseconds());
        json.WriteString("registryError", gateway.Registry.State == RegistryState.Reachable ? null : gateway.Registry.LastError);
        json.WriteNumber("upSeconds", gateway.UpSeconds);
        json.WriteNumber("poolCount", gateway.Pools.Count);
        json.WriteEndObject();
        json.WriteStartArray("pools");
        int listed = 0;
        foreach (PoolFacts one in gateway.Pools.Where(one => one.Name == pool || listed++ < MostPools))
        {
            json.WriteStartArray();
            json.WriteStringValue(one.Name);
            json.WriteNumberValue(one.Up);
            json.WriteNumberValue(one.Total);
            json.WriteNumberValue(Math.Round(one.Rate, 1));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WritePool(Utf8JsonWriter json, PoolFeed feed)
    {
        if (feed.View is not { } view)
        {
            json.WriteNull("pool");
            return;
        }

        json.WriteStartObject("pool");
        json.WriteString("name", view.Name);
        json.WriteString("source", view.Source.ToString());
        json.WriteString("note", view.Note);
        json.WriteNumber("assignment", view.AssignmentVersion);
        json.WriteNumber("overrides", view.Ring.Overrides.Length);
        json.WriteNumber("points", view.Ring.PointCount);
        json.WriteNumber("nodes", view.Nodes.Length);
        json.WriteEndObject();
    }

    /// <summary>Time, latency, errors, retries, in flight, waiting, queued, panicking, then requests per second by reason.</summary>
    private static void WriteSample(Utf8JsonWriter json, TrafficSample sample)
    {
        json.WriteStartArray();
        json.WriteNumberValue(sample.At);
        json.WriteNumberValue(sample.Latency);
        json.WriteNumberValue(sample.Errors);
        json.WriteNumberValue(sample.Retries);
        json.WriteNumberValue(sample.InFlight);
        json.WriteNumberValue(sample.Waiting);
        json.WriteNumberValue(sample.Queued);
        json.WriteNumberValue(sample.IsPanicking ? 1 : 0);
        foreach (double rate in sample.Reasons)
            json.WriteNumberValue(rate);
        json.WriteEndArray();
    }

    /// <summary>Index, id, address, zone, weight, state, share.</summary>
    private static void WriteNodes(Utf8JsonWriter json, IEnumerable<FeedNode> nodes)
    {
        json.WriteStartArray("nodes");
        foreach (FeedNode node in nodes.OrderBy(node => node.Index))
        {
            json.WriteStartArray();
            json.WriteNumberValue(node.Index);
            json.WriteStringValue(node.Node.Id);
            json.WriteStringValue(node.Node.Address);
            json.WriteStringValue(node.Node.Zone);
            json.WriteNumberValue(node.Node.Weight);
            json.WriteStringValue(node.Node.State.ToString().ToLowerInvariant());
            json.WriteNumberValue(Math.Round(node.Share, 6));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Index, share, one after the other.</summary>
    private static void WriteShares(Utf8JsonWriter json, IEnumerable<FeedNode> nodes)
    {
        json.WriteStartArray("shares");
        foreach (FeedNode node in nodes)
        {
            json.WriteNumberValue(node.Index);
            json.WriteNumberValue(Math.Round(node.Share, 6));
        }

        json.WriteEndArray();
    }

    /// <summary>Index, in flight, requests per second, microseconds, hits, utilisation, errors per second, flags.</summary>
    private static void WriteFigures(Utf8JsonWriter json, IEnumerable<FeedNode> nodes)
    {
        json.WriteStartArray("figures");
        foreach (FeedNode node in nodes)
        {
            NodeFigure figure = node.Figure;
            json.WriteStartArray();
            json.WriteNumberValue(node.Index);
            json.WriteNumberValue(figure.InFlight);
            json.WriteNumberValue(Math.Round(figure.Rate, 1));
            json.WriteNumberValue(Math.Round(figure.Latency));
            json.WriteNumberValue(figure.Hits);
            json.WriteNumberValue(figure.Utilisation);
            json.WriteNumberValue(Math.Round(figure.Errors, 1));
            json.WriteNumberValue(figure.Flags);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteRing(Utf8JsonWriter json, PoolFeed feed)
    {
        json.WriteStartObject("ring");
        json.WriteStartArray("owners");
        foreach (int slot in feed.Ring?.Owners ?? [])
            json.WriteNumberValue(feed.IndexAt(slot));
        json.WriteEndArray();
        json.WriteStartArray("overridden");
        for (int sector = 0; sector < (feed.Ring?.Overridden.Length ?? 0); sector++)
        {
            if (feed.Ring!.Overridden[sector])
                json.WriteNumberValue(sector);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Of each hot key: hash, share of requests, among how many nodes it is shared, its owner's index.</summary>
    private static void WriteKeys(Utf8JsonWriter json, PoolFeed feed)
    {
        json.WriteString("heat", feed.Heat);
        json.WriteStartArray("hot");
        foreach (FrequentKey key in feed.HotKeys)
        {
            json.WriteStartArray();
            json.WriteStringValue(key.Hash.ToString("x16", CultureInfo.InvariantCulture));
            json.WriteNumberValue(Math.Round(key.Share, 4));
            json.WriteNumberValue(key.Sharers);
            json.WriteNumberValue(feed.IndexAt(feed.View?.Ring.Owner(key.Hash) ?? -1));
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WritePlans(Utf8JsonWriter json, PoolFeed feed)
    {
        json.WriteStartArray("plans");
        int left = MostMoves;
        foreach (FollowedPlan plan in feed.Plans.TakeWhile(_ => left > 0))
        {
            json.WriteStartObject();
            json.WriteNumber("at", plan.At.ToUnixTimeMilliseconds());
            json.WriteNumber("version", plan.Version);
            json.WriteNumber("count", plan.Moves.Count);
            json.WriteNumber("share", Math.Round(plan.MovedShare, 5));
            json.WriteNumber("busiest", Math.Round(plan.Busiest, 3));
            json.WriteNumber("predicted", Math.Round(plan.Predicted, 3));
            if (plan.Observed is { } observed)
                json.WriteNumber("observed", Math.Round(observed, 3));
            json.WriteStartArray("moves");
            foreach (ArcMove move in plan.Moves.Take(left))
            {
                left--;
                json.WriteStartArray();
                json.WriteStringValue(move.From);
                json.WriteStringValue(move.To);
                json.WriteNumberValue(Math.Round(move.Share, 6));
                json.WriteNumberValue(Math.Round(move.Rate, 1));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
