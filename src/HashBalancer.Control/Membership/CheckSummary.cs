using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>What the checks of an instance, those of its Consul node included, come to.</summary>
/// <param name="Critical">A check other than maintenance is critical, or in a state that Consul does not have.</param>
/// <param name="Warning">A check warns.</param>
/// <param name="Maintenance">The instance or its Consul node is in maintenance mode.</param>
internal readonly record struct CheckSummary(bool Critical, bool Warning, bool Maintenance)
{
    private const string NodeMaintenance = "_node_maintenance";
    private const string ServiceMaintenance = "_service_maintenance:";

    public static CheckSummary Of(IReadOnlyList<HealthCheck>? checks)
    {
        bool critical = false, warning = false, maintenance = false;
        foreach (HealthCheck? check in checks ?? [])
        {
            // Outputs lag behind in the catalog; the status alone counts.
            switch (check?.Status)
            {
                case "passing":
                    break;
                case "warning":
                    warning = true;
                    break;
                default:
                    if (check?.CheckID is { } id && (id == NodeMaintenance || id.StartsWith(ServiceMaintenance, StringComparison.Ordinal)))
                        maintenance = true;
                    else
                        critical = true;
                    break;
            }
        }

        return new CheckSummary(critical, warning, maintenance);
    }
}
