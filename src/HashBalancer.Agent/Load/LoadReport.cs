using System.Globalization;

namespace HashBalancer.Agent;

/// <summary>How busy an instance is, measured over a short time.</summary>
/// <param name="Cpu">Processor time used, as a fraction of the processors available; 0 and up.</param>
/// <param name="Memory">Memory used, as a fraction of the memory available; 0 and up.</param>
/// <param name="RequestsPerSecond">Requests finished per second; null where nobody counts them.</param>
/// <param name="Utilisation">The most used resource, 0 and up: the application's own measure if it has one.</param>
public sealed record LoadReport(double Cpu, double Memory, double? RequestsPerSecond, double Utilisation)
{
    /// <summary>The response header that carries a report.</summary>
    public const string HeaderName = "endpoint-load-metrics";

    /// <summary>
    /// The report in the text form of the Open Request Cost Aggregation (ORCA) header, with the names of its load report:
    /// <c>TEXT cpu_utilization=0.25,mem_utilization=0.5,rps_fractional=120,application_utilization=0.25</c>.
    /// </summary>
    public override string ToString()
    {
        string rps = RequestsPerSecond is { } value ? $",rps_fractional={Number(value)}" : "";
        return $"TEXT cpu_utilization={Number(Cpu)},mem_utilization={Number(Memory)}{rps},application_utilization={Number(Utilisation)}";
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
