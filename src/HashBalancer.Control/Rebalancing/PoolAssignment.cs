using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What the leader decided for one pool: one version, the same for every gateway.</summary>
/// <param name="Version">Counts up by one with every plan that is followed, from leader to leader.</param>
/// <param name="Overrides">The overrides, in order of position.</param>
/// <param name="HotKeys">The keys that all gateways share among several nodes; null: each decides by itself.</param>
public sealed record PoolAssignment(long Version, ImmutableArray<RingOverride> Overrides, ImmutableArray<SharedKey>? HotKeys = null)
{
    /// <summary>The assignment before the first plan.</summary>
    public static PoolAssignment None { get; } = new(0, []);
}

/// <summary>An assignment as an entry of the registry: JSON, each node's id once.</summary>
internal static class AssignmentFormat
{
    /// <summary>A gateway that does not know a format keeps what it has.</summary>
    public const int Format = 1;

    /// <summary>Shared keys are few by nature: each is a tenth of a node's load.</summary>
    private const int MostHotKeys = 10_000;

    private const string HashFormat = "x16";

    public static byte[] Write(PoolAssignment assignment)
    {
        string[] nodes = [.. assignment.Overrides.Select(o => o.NodeId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return JsonSerializer.SerializeToUtf8Bytes(
            new WireAssignment(
                Format, assignment.Version, nodes,
                [.. assignment.Overrides.Select(o => new long[] { o.First, o.Last, Array.BinarySearch(nodes, o.NodeId, StringComparer.Ordinal) })],
                assignment.HotKeys is { } keys ? new SortedDictionary<string, int>(keys.ToDictionary(k => k.Hash.ToString(HashFormat, CultureInfo.InvariantCulture), k => k.Sharers), StringComparer.Ordinal) : null),
            ControlJson.Default.WireAssignment);
    }

    /// <summary>Reads; false with a reason when it is not what <see cref="Write"/> writes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out PoolAssignment? assignment, [NotNullWhen(false)] out string? fault)
    {
        assignment = null;
        try
        {
            if (JsonSerializer.Deserialize(text, ControlJson.Default.WireAssignment) is not { Format: Format, Version: > 0 and var version, Nodes: var nodes, Overrides: var overrides, HotKeys: var hotKeys })
            {
                fault = $"it is not of format {Format}";
                return false;
            }

            if (!Array.TrueForAll(overrides, o => o is [>= 0 and <= uint.MaxValue, >= 0 and <= uint.MaxValue, >= 0] && o[2] < nodes.Length))
            {
                fault = "an override is not first position, last position and index of a node";
                return false;
            }

            ImmutableArray<SharedKey>? shared = hotKeys is null ? null : [.. hotKeys.Select(k => new SharedKey(HashOf(k.Key), k.Value))];
            if (shared is { } all && (all.Length > MostHotKeys || all.Any(k => k.Sharers < 2) || all.DistinctBy(k => k.Hash).Count() != all.Length))
            {
                fault = "its hot keys are too many, one stands twice, or one is shared by fewer than two";
                return false;
            }

            RingOverride[] read = [.. overrides.Select(o => new RingOverride((uint)o[0], (uint)o[1], nodes[o[2]]))];
            // The ring has the say on what overrides may be.
            _ = HashRing.Empty.WithOverrides(read);
            assignment = new PoolAssignment(version, [.. read], shared);
            fault = null;
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
        {
            fault = e.Message;
            return false;
        }
    }

    private static ulong HashOf(string hex) => hex.Length == 16 ? ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : throw new FormatException($"'{ForeignText.Shown(hex)}' is no hash");
}

/// <summary>See <see cref="AssignmentFormat"/>.</summary>
internal sealed record WireAssignment(int Format, long Version, string[] Nodes, long[][] Overrides,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SortedDictionary<string, int>? HotKeys = null);

/// <summary>What gateways tell each other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WireAssignment))]
[JsonSerializable(typeof(WireSummary))]
internal sealed partial class ControlJson : JsonSerializerContext;
