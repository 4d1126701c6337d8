using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>A pool's summary as an entry of the registry.</summary>
/// <remarks>Whoever may write to the registry may write anything: what is read is checked number by number, and refused as a whole.</remarks>
internal static class SummaryFormat
{
    /// <summary>Gateways of another version are not read.</summary>
    public const int Version = 2;

    private const int BytesPerSlice = sizeof(uint) + sizeof(float);
    private const int BytesPerKey = sizeof(ulong) + (2 * sizeof(float));
    private const double MostPerSecond = 1e8;
    private const double MostSeconds = 1e9;

    /// <summary>Writes.</summary>
    public static byte[] Write(PoolSummary summary)
    {
        (uint Slice, double Rate)[] heavy = [.. summary.Slices.Heavy];
        byte[] slices = new byte[heavy.Length * BytesPerSlice];
        for (int i = 0; i < heavy.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(slices.AsSpan(i * BytesPerSlice), heavy[i].Slice);
            BinaryPrimitives.WriteSingleLittleEndian(slices.AsSpan((i * BytesPerSlice) + sizeof(uint)), (float)heavy[i].Rate);
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new WireSummary(
                Version, summary.AssignmentVersion, summary.Slices.SliceBits, slices, Short(summary.Slices.Rest), Math.Round(summary.Window.TotalSeconds),
                [.. summary.Nodes.Select(n => new WireNode(
                    n.Id, n.Weight, Short(n.Rate), Short(n.FailureRate), Short(n.ArcRate), Short(n.SharedRate), Short(n.InFlight),
                    n.Utilisation is { } u ? Math.Round(u, 4) : null, Math.Round(n.Age.TotalSeconds)))],
                summary.HotKeys.Total > 0 ? new WireHotKeys(Short(summary.HotKeys.Total), Short(summary.HotKeys.Floor), BytesOf(summary.HotKeys.Keys)) : null),
            ControlJson.Default.WireSummary);
    }

    /// <summary>Reads; false when it is not, or not wholly, what <see cref="Write"/> writes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, [NotNullWhen(true)] out PoolSummary? summary)
    {
        summary = null;
        WireSummary? wire;
        try
        {
            wire = JsonSerializer.Deserialize(text, ControlJson.Default.WireSummary);
        }
        catch (JsonException)
        {
            return false;
        }

        if (wire is not { V: Version, Bits: >= 1 and <= 20, Slices: { } slices, Nodes: { } nodes } || !IsRate(wire.Rest) || wire.Window is not (>= 0 and <= MostSeconds)
            || slices.Length % BytesPerSlice != 0 || !Array.TrueForAll(nodes, IsSound) || nodes.DistinctBy(n => n.Id).Count() != nodes.Length)
        {
            return false;
        }

        var heavy = new (uint Slice, double Rate)[slices.Length / BytesPerSlice];
        for (int i = 0; i < heavy.Length; i++)
        {
            heavy[i] = (BinaryPrimitives.ReadUInt32LittleEndian(slices.AsSpan(i * BytesPerSlice)), BinaryPrimitives.ReadSingleLittleEndian(slices.AsSpan((i * BytesPerSlice) + sizeof(uint))));
            if (heavy[i].Slice >> wire.Bits != 0 || !IsRate(heavy[i].Rate) || (i > 0 && heavy[i].Slice <= heavy[i - 1].Slice))
                return false;
        }

        if (!TryRead(wire.HotKeys, out HotKeySummary? hotKeys))
            return false;
        summary = new PoolSummary(
            [.. nodes.Select(n => new NodeReading(n.Id, n.W, n.R, n.F, n.A, n.S, n.I, n.U, TimeSpan.FromSeconds(n.T)))],
            new SliceRates(wire.Bits, heavy, wire.Rest),
            TimeSpan.FromSeconds(wire.Window))
        { HotKeys = hotKeys, AssignmentVersion = wire.Assignment };
        return true;
    }

    private static byte[] BytesOf(IReadOnlyList<HotKey> keys)
    {
        byte[] bytes = new byte[keys.Count * BytesPerKey];
        for (int i = 0; i < keys.Count; i++)
        {
            Span<byte> key = bytes.AsSpan(i * BytesPerKey);
            BinaryPrimitives.WriteUInt64LittleEndian(key, keys[i].Hash);
            BinaryPrimitives.WriteSingleLittleEndian(key[sizeof(ulong)..], (float)keys[i].Count);
            BinaryPrimitives.WriteSingleLittleEndian(key[(sizeof(ulong) + sizeof(float))..], (float)keys[i].Error);
        }

        return bytes;
    }

    private static bool TryRead(WireHotKeys? wire, [NotNullWhen(true)] out HotKeySummary? hotKeys)
    {
        hotKeys = HotKeySummary.None;
        if (wire is null)
            return true;
        if (!IsRate(wire.Total) || !IsRate(wire.Floor) || wire.Keys is not { } bytes || bytes.Length % BytesPerKey != 0 || bytes.Length > PoolSummary.MostHotKeys * BytesPerKey)
            return false;
        var keys = new HotKey[bytes.Length / BytesPerKey];
        for (int i = 0; i < keys.Length; i++)
        {
            ReadOnlySpan<byte> key = bytes.AsSpan(i * BytesPerKey);
            keys[i] = new HotKey(
                BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadSingleLittleEndian(key[sizeof(ulong)..]), BinaryPrimitives.ReadSingleLittleEndian(key[(sizeof(ulong) + sizeof(float))..]));
            if (!IsRate(keys[i].Count) || !IsRate(keys[i].Error))
                return false;
        }

        hotKeys = new HotKeySummary(wire.Total, wire.Floor, keys);
        return keys.DistinctBy(k => k.Hash).Count() == keys.Length;
    }

    private static bool IsSound(WireNode node) =>
        node is { Id.Length: > 0, W: > 0 and <= HashRing.MaximumWeight, U: null or (>= 0 and <= NodeLoad.MostUtilisation), T: >= 0 and <= MostSeconds }
        && IsRate(node.R) && IsRate(node.F) && IsRate(node.A) && IsRate(node.S) && IsRate(node.I);

    private static bool IsRate(double value) => value is >= 0 and <= MostPerSecond;

    private static double Short(double value) => Math.Round(value, 3);
}

/// <summary>See <see cref="SummaryFormat"/>.</summary>
internal sealed record WireSummary(int V, long Assignment, int Bits, byte[] Slices, double Rest, double Window, WireNode[] Nodes, WireHotKeys? HotKeys = null);

/// <summary>Id, weight, rate, failure rate, arc rate, shared rate, in flight, utilisation, age in seconds.</summary>
internal sealed record WireNode(string Id, double W, double R, double F, double A, double S, double I, double? U, double T);

/// <summary>Requests, each faded by age; at most so many of a key that is not named; and each key's hash, count and error in 16 bytes.</summary>
internal sealed record WireHotKeys(double Total, double Floor, byte[] Keys);
