using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Validation;

/// <summary>Collects faults.</summary>
internal sealed class FaultList
{
    private readonly List<AllocationFault> _faults = [];

    public IReadOnlyList<AllocationFault> Faults => _faults;

    public void Add(string subject, string field, string message) => _faults.Add(new AllocationFault(subject, field, message));

    public void ThrowIfAny()
    {
        if (_faults.Count > 0)
            throw new AllocationSpecException(_faults);
    }

    /// <summary>Checks names and quantities of a vector; returns whether all are fine.</summary>
    public bool CheckVector(string subject, string field, ResourceSet resources, IReadOnlyDictionary<string, decimal> vector)
    {
        bool fine = true;
        foreach ((string resource, decimal quantity) in vector)
        {
            if (resources.IndexOf(resource) < 0)
            {
                Add(subject, $"{field}.{resource}", $"unknown resource{Nearest(resource, resources.Names)}; known are {string.Join(", ", resources.Names)}");
                fine = false;
            }
            else if (!Quantity.IsValid(quantity))
            {
                Add(subject, $"{field}.{resource}", $"is {quantity}; allowed are 0 to {Quantity.Maximum} with at most three decimals");
                fine = false;
            }
        }

        return fine;
    }

    /// <summary>", did you mean 'cpu'?" for a name that is nearly one of the known ones.</summary>
    public static string Nearest(string name, IEnumerable<string> known)
    {
        (string? best, int distance) = known.Select(k => (k, Distance(name, k))).DefaultIfEmpty((null!, int.MaxValue)).MinBy(k => k.Item2);
        return best is not null && distance <= Math.Max(1, name.Length / 3) ? $", did you mean '{best}'?" : "";
    }

    /// <summary>Insertions, deletions and replacements between two names (Levenshtein, 1965).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(Math.Min(row[j], row[j + 1]) + 1, replaced);
            }
        }

        return row[b.Length];
    }
}
