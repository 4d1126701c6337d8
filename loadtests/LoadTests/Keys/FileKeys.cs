using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>
/// The keys of a recorded trace in its order, around: each line's text after its last comma is a name, and equal names are one key.
/// Keys go over the wire as numbers with the scenario's prefix, so that no name can break a request; what repeats is the pattern.
/// </summary>
internal sealed class FileKeys(IReadOnlyList<int> order, int distinct) : IKeyGenerator
{
    private long _next = -1;

    public string Description => $"trace of {order.Count} requests for {Count} keys";

    public long Count => distinct;

    public long Next(Random random) => order[(int)(Interlocked.Increment(ref _next) % order.Count)];

    public static Func<IKeyGenerator> Read(Section section)
    {
        string file = section.Text("file");
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var order = new List<int>();
        if (file.Length > 0 && !File.Exists(file))
        {
            section.Error("file", $"there is no file \"{Path.GetFullPath(file)}\"");
        }
        else if (file.Length > 0)
        {
            foreach (string line in File.ReadLines(file).Where(l => l.Trim().Length > 0))
            {
                string name = line[(line.LastIndexOf(',') + 1)..].Trim();
                numbers.TryAdd(name, numbers.Count);
                order.Add(numbers[name]);
            }

            if (order.Count == 0 || numbers.Count > KeyGenerators.MostKeys)
                section.Error("file", $"{file} must hold from 1 to {KeyGenerators.MostKeys} keys, one a line");
        }

        return () => new FileKeys(order, numbers.Count);
    }
}
