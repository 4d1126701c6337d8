using System.Text.Json;

namespace HashBalancer.Allocation.Tests.Vectors;

/// <summary>The vector file of this project and, when HASHBALANCER_ALLOCATION_VECTORS names one, a further file of the same format.</summary>
internal static class VectorFiles
{
    public const string FurtherFileVariable = "HASHBALANCER_ALLOCATION_VECTORS";

    private static readonly Lazy<IReadOnlyDictionary<string, VectorCase>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, VectorCase> Cases => Loaded.Value;

    private static Dictionary<string, VectorCase> Load()
    {
        var cases = new Dictionary<string, VectorCase>(StringComparer.Ordinal);
        Add("", Path.Combine(AppContext.BaseDirectory, "Vectors", "allocation-vectors.json"));
        if (Environment.GetEnvironmentVariable(FurtherFileVariable) is { Length: > 0 } further)
            Add("further:", further);
        return cases;

        void Add(string prefix, string path)
        {
            JsonElement root = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
            if (root.GetProperty("format").GetInt32() != 1)
                throw new InvalidDataException($"{path}: format {root.GetProperty("format")} is unknown; 1 is.");
            foreach (JsonElement item in root.GetProperty("cases").EnumerateArray())
                cases.Add(prefix + item.GetProperty("id").GetString(), new VectorCase(item));
        }
    }
}
