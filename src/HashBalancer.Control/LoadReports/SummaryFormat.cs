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
    public const int Version = 1;

    private const int BytesPerSlice = sizeof(uint) + sizeof(float);
    private const double MostPerSecond = 1e8;

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
                Version, summary.Slices.SliceBits, slices, Short(summary.Slices.Rest),
                [.. summary.Nodes.Select(n => new WireNode(
                    n.Id, n.Weight, Short(n.Rate), Short(n.FailureRate), Short(n.ArcRate), Short(n.SharedRate), Short(n.InFlight),
                    n.Utilisation is { } u ? Math.Round(u, 4) : null, Math.Round(n.Age.TotalSeconds)))]),
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

        if (wire is not { V: Version, Bits: >= 1 and <= 20, Slices: { } slices, Nodes: { } nodes } || !IsRate(wire.Rest)
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

        summary = new PoolSummary(
            [.. nodes.Select(n => new NodeReading(n.Id, n.W, n.R, n.F, n.A, n.S, n.I, n.U, TimeSpan.FromSeconds(n.T)))],
            new SliceRates(wire.Bits, heavy, wire.Rest));
        return true;
    }

    private static bool IsSound(WireNode node) =>
        node is { Id.Length: > 0, W: > 0 and <= HashRing.MaximumWeight, U: null or (>= 0 and <= NodeLoad.MostUtilisation), T: >= 0 and <= 1e9 }
        && IsRate(node.R) && IsRate(node.F) && IsRate(node.A) && IsRate(node.S) && IsRate(node.I);

    private static bool IsRate(double value) => value is >= 0 and <= MostPerSecond;

    private static double Short(double value) => Math.Round(value, 3);
}

/// <summary>See <see cref="SummaryFormat"/>.</summary>
internal sealed record WireSummary(int V, int Bits, byte[] Slices, double Rest, WireNode[] Nodes);

/// <summary>Id, weight, rate, failure rate, arc rate, shared rate, in flight, utilisation, age in seconds.</summary>
internal sealed record WireNode(string Id, double W, double R, double F, double A, double S, double I, double? U, double T);
