using HashBalancer.Testing;

namespace HashBalancer.Functional.Processes;

/// <summary>Where the gateway that was built with these tests stands.</summary>
internal static class GatewayBuild
{
    /// <summary>The gateway's assembly, of the same configuration as this test assembly.</summary>
    public static string Assembly { get; } = Locate();

    /// <summary>The repository's root.</summary>
    public static string Root => Repository.Root;

    private static string Locate()
    {
        // …/tests/Functional/bin/<configuration>/<framework>/
        string[] tail = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^2..];
        return Path.Combine(Root, "src", "HashBalancer.Gateway", "bin", tail[0], tail[1], "HashBalancer.Gateway.dll");
    }
}
