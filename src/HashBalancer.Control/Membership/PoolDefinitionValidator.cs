namespace HashBalancer.Control;

/// <summary>Finds everything that is wrong with pool definitions.</summary>
public static class PoolDefinitionValidator
{
    /// <summary>The most characters of a name that goes to the registry.</summary>
    public const int LongestName = 255;

    /// <summary>Appends one error per fault, each naming key path, value and what is allowed; appends nothing when all is well.</summary>
    /// <param name="pools">The definitions to look at.</param>
    /// <param name="keyPath">The configuration path of the pools, such as <c>HashBalancer:Pools</c>.</param>
    /// <param name="errors">Where errors go.</param>
    public static void Validate(IEnumerable<PoolDefinition> pools, string keyPath, IList<string> errors)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(errors);
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (PoolDefinition pool in pools)
        {
            string path = $"{keyPath}:{ForeignText.Shown(pool.Name)}";
            CheckName(pool.Name, $"name of the pool at {path}", errors);
            if (!names.Add(pool.Name ?? ""))
                errors.Add($"{path} stands twice; pool names are compared without regard to case.");
            CheckName(pool.Service, $"{path}:Service", errors);
            if (pool.Datacenter is not null)
                CheckName(pool.Datacenter, $"{path}:Datacenter", errors);
            for (int i = 0; i < pool.Tags.Count; i++)
                CheckName(pool.Tags[i], $"{path}:Tags:{i}", errors);
        }
    }

    private static void CheckName(string? name, string what, IList<string> errors)
    {
        if (ForeignText.FaultOf(name, LongestName) is { } fault)
            errors.Add($"{char.ToUpperInvariant(what[0])}{what[1..]} {fault}; allowed are 1 to {LongestName} characters, none of them a control character.");
    }
}
