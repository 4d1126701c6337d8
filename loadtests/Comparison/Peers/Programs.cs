namespace HashBalancer.Comparison.Peers;

/// <summary>Finds installed programs.</summary>
internal static class Programs
{
    // Debian installs servers where a user's PATH does not look.
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Concat(SystemFolders)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>What to tell of a program that is not installed; null when it is.</summary>
    public static string? Missing(string name) =>
        Find(name) is null ? $"{name} is not installed (Debian: apt-get install {name})" : null;
}
