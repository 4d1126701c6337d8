using System.Reflection;

namespace HashBalancer.Gateway.Demo;

/// <summary>The configuration that <c>demo</c> starts from: config/demo.json, carried in the assembly.</summary>
internal static class DemoConfiguration
{
    /// <summary>The Consul service that the sample nodes are instances of.</summary>
    public const string Service = "demo";

    /// <summary>The pool that the route leads to.</summary>
    public const string Pool = "demo";

    /// <param name="fleet">Whether that of <c>demo --fleet</c> is wanted, config/demo-fleet.json.</param>
    public static Stream Open(bool fleet = false) => Assembly.GetExecutingAssembly().GetManifestResourceStream(fleet ? "demo-fleet.json" : "demo.json")!;
}
