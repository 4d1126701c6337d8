using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HashBalancer.Allocation.Tests.Golden;

/// <summary>Results that must stay what they are, as digests by seed in <c>digests.txt</c>: a changed plan is noticed even where every property still holds.</summary>
/// <remarks>Where a change is meant, run with HASHBALANCER_GOLDEN_WRITE=1 and commit what the test wrote, with the reason.</remarks>
internal static class Golden
{
    private const string WriteVariable = "HASHBALANCER_GOLDEN_WRITE";
    private static readonly string Source = Path.Combine(Testing.Repository.Root, "tests", "HashBalancer.Allocation.Tests", "Golden", "digests.txt");
    private static readonly Lazy<Dictionary<string, string>> Known = new(() => File.ReadLines(Source).Select(line => line.Split(' ')).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal));
    private static readonly Lock Writing = new();

    /// <summary>Whether what is found is written down in place of being compared.</summary>
    public static bool IsWriting => Environment.GetEnvironmentVariable(WriteVariable) is "1";

    /// <summary>Compares the results of many seeds with those known.</summary>
    public static void Hold(string kind, int seeds, Func<Random, StringBuilder> result)
    {
        List<string> changed = [];
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        for (int seed = 1; seed <= seeds; seed++)
        {
            string name = $"{kind}/{seed}";
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result(new Random(seed)).ToString())))[..16];
            found[name] = digest;
        }

        if (IsWriting)
        {
            Write(kind, found);
            return;
        }

        foreach ((string name, string digest) in found)
        {
            if (Known.Value.GetValueOrDefault(name) != digest)
                changed.Add(name);
        }

        Assert.True(changed.Count == 0, $"{changed.Count} of {seeds} results are not what they were: {string.Join(", ", changed.Take(5))}. If that is meant: {WriteVariable}=1.");
    }

    /// <summary>A number as it counts here: the last digits may differ between processors.</summary>
    public static string Number(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static void Write(string kind, Dictionary<string, string> found)
    {
        lock (Writing)
        {
            Dictionary<string, string> all = File.Exists(Source)
                ? File.ReadLines(Source).Select(line => line.Split(' ')).Where(p => !p[0].StartsWith(kind + "/", StringComparison.Ordinal)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal)
                : [];
            File.WriteAllLines(Source, all.Concat(found).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value}"));
        }
    }
}
