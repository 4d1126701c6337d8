namespace HashBalancer.Gateway.Cli;

/// <summary>Paths of the admin API.</summary>
internal static class AdminPath
{
    public const string Pools = "/api/v1/pools";

    public const string Rebalancing = "/api/v1/rebalancing";

    public static string Pool(string pool, string rest = "") => $"{Pools}/{Uri.EscapeDataString(pool)}{rest}";

    public static string Nodes(string pool) => Pool(pool, "/nodes");

    public static string Node(string pool, string node, string rest = "") => Pool(pool, $"/nodes/{Uri.EscapeDataString(node)}{rest}");
}
