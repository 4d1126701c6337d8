namespace HashBalancer.LoadTests.Scenarios;

/// <summary>Finds scenario files: by path, or by name among those that come with the runner.</summary>
internal sealed class ScenarioCatalog(string folder)
{
    /// <summary>The scenarios beside the runner.</summary>
    public static readonly ScenarioCatalog Default = new(Path.Combine(AppContext.BaseDirectory, "scenarios"));

    public IReadOnlyList<string> Names =>
        [.. Directory.EnumerateFiles(folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <param name="nameOrPath">A name of <see cref="Names"/>, or the path of a file that ends in .json.</param>
    /// <exception cref="ScenarioFileException">There is none, or it has errors.</exception>
    public Scenario Load(string nameOrPath)
    {
        bool isPath = nameOrPath.EndsWith(".json", StringComparison.Ordinal);
        string file = isPath ? nameOrPath : Path.Combine(folder, nameOrPath + ".json");
        if (!isPath && !Names.Contains(nameOrPath))
        {
            throw new ScenarioFileException(nameOrPath,
                [$"there is no such scenario{NearestName.Hint(nameOrPath, Names)}; known are {Section.Listing(Names)}, or give a path that ends in .json"]);
        }

        if (!File.Exists(file))
            throw new ScenarioFileException(nameOrPath, ["there is no such file"]);
        return ScenarioReader.Read(File.ReadAllText(file), file);
    }
}
