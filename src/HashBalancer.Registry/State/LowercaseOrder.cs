namespace HashBalancer.Registry;

/// <summary>The order of the catalog's lists: by the lower-case form, as Consul indexes names and ids; equal ones by code unit.</summary>
internal sealed class LowercaseOrder : IComparer<string>
{
    public static LowercaseOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return string.CompareOrdinal(x, y);
        int shared = Math.Min(x.Length, y.Length);
        for (int i = 0; i < shared; i++)
        {
            int order = char.ToLowerInvariant(x[i]) - char.ToLowerInvariant(y[i]);
            if (order != 0)
                return order;
        }

        return x.Length != y.Length ? x.Length - y.Length : string.CompareOrdinal(x, y);
    }
}
