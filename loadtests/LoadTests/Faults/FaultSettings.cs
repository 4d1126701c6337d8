using System.Globalization;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Faults;

/// <summary>What is wrong between the gateways and a node.</summary>
/// <param name="Latency">How much later everything arrives, in each direction.</param>
/// <param name="Loss">The part of new connections that are reset as soon as they are accepted, 0 to 1.</param>
/// <param name="Resets">The part of a node's pieces of data that are lost with their connection, which is reset, 0 to 1.</param>
/// <param name="Stall">Nothing gets through in either direction; connections stay open.</param>
/// <param name="Bandwidth">Bytes per second, in each direction, of all connections together; 0 for no limit.</param>
internal sealed record FaultSettings(TimeSpan Latency, double Loss, double Resets, bool Stall, long Bandwidth)
{
    public static readonly FaultSettings None = new(TimeSpan.Zero, 0, 0, Stall: false, 0);

    /// <summary>What is wrong, in words.</summary>
    public string Description
    {
        get
        {
            List<string> parts = [];
            if (Latency > TimeSpan.Zero)
                parts.Add($"{Durations.Text(Latency)} later in each direction");
            if (Loss > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Loss:P0} of connections lost"));
            if (Resets > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Resets:P1} of answers reset"));
            if (Stall)
                parts.Add("stalled");
            if (Bandwidth > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Bandwidth} bytes/s"));
            return parts.Count == 0 ? "nothing wrong" : string.Join(", ", parts);
        }
    }

    public static FaultSettings Read(Section section)
    {
        var settings = new FaultSettings(
            section.Duration("latency", TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.Zero),
            section.Number("loss", 0, 1, 0),
            section.Number("resets", 0, 1, 0),
            section.Flag("stall", fallback: false),
            section.Whole("bandwidth", 0, 1L << 40, 0));
        if (settings == None)
            section.Error("latency", "nothing is wrong: give latency, loss, resets, stall or bandwidth");
        return settings;
    }
}
