namespace HashBalancer.LoadTests.Targets;

/// <summary>Finds the gateway's executable.</summary>
internal static class GatewayAssembly
{
    private const string Project = "HashBalancer.Gateway";

    /// <summary>The given file, or the one that was built beside this runner, in the same configuration if there is a choice.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public static string Find(FileInfo? given)
    {
        if (given is not null)
            return given.Exists ? given.FullName : throw new TargetException($"--gateway: there is no file {given.FullName}");

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "HashBalancer.sln")))
                continue;
            string bin = Path.Combine(folder.FullName, "src", Project, "bin");
            string? found = Configurations()
                .Select(c => Path.Combine(bin, c, "net10.0", Project + ".dll"))
                .FirstOrDefault(File.Exists);
            return found ?? throw new TargetException($"the gateway is not built: no {Project}.dll below {bin}; dotnet build -c Release src/{Project}");
        }

        throw new TargetException("the gateway was not found: give its dll with --gateway, or an address with --url");
    }

    private static string[] Configurations() =>
        AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? ["Debug", "Release"] : ["Release", "Debug"];
}
