namespace HashBalancer.Testing;

/// <summary>The working tree that the tests were built in.</summary>
public static class Repository
{
    /// <summary>The folder of HashBalancer.sln, above the running test's assembly.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "HashBalancer.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No HashBalancer.sln above {AppContext.BaseDirectory}.");
    }
}
