using System.Globalization;
using HashBalancer.Control;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Gateway.Admin;

/// <summary>Reads changes to try from a query: the command line sends the same words.</summary>
internal static class WhatIfQuery
{
    /// <summary>The words that are known, each with the form of its value.</summary>
    public static IReadOnlyDictionary<string, string> Words { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["weight"] = "POOL:WEIGHT",
        ["guarantee"] = "POOL:NODES",
        ["demand"] = "POOL:UNITS or POOL:xFACTOR, * for all pools",
        ["lose-zone"] = "ZONE",
        ["lose-node"] = "NODE",
        ["policy"] = "POLICY",
    };

    /// <summary>The changes; null with a fault.</summary>
    public static WhatIf? Read(IEnumerable<KeyValuePair<string, StringValues>> query, out string? fault)
    {
        Dictionary<string, double> weights = new(StringComparer.Ordinal), demands = new(StringComparer.Ordinal), factors = new(StringComparer.Ordinal);
        Dictionary<string, decimal> guarantees = new(StringComparer.Ordinal);
        List<string> zones = [], nodes = [];
        string? policy = null;
        foreach ((string word, StringValues values) in query)
        {
            foreach (string value in values.OfType<string>())
            {
                (string pool, string text) = value.LastIndexOf(':') is > 0 and int at ? (value[..at], value[(at + 1)..]) : (value, "");
                bool isKnown = word switch
                {
                    "weight" => Number(text, out double weight) && weights.TryAdd(pool, weight),
                    "guarantee" => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal least) && guarantees.TryAdd(pool, least),
                    "demand" when text.StartsWith('x') => Number(text[1..], out double factor) && factors.TryAdd(pool, factor),
                    "demand" => pool != "*" && Number(text, out double units) && demands.TryAdd(pool, units),
                    "lose-zone" => Add(zones, value),
                    "lose-node" => Add(nodes, value),
                    "policy" => (policy = value).Length > 0,
                    _ => false,
                };
                if (isKnown)
                    continue;
                fault = Words.TryGetValue(word, out string? form)
                    ? $"{word}: is '{value}', but must be {form}, each pool once."
                    : $"{word}: is not known; there are {string.Join(", ", Words.Keys)}.";
                return null;
            }
        }

        fault = null;
        return new WhatIf { Weights = weights, Guarantees = guarantees, Demands = demands, Factors = factors, LostZones = zones, LostNodes = nodes, Policy = policy };
    }

    private static bool Number(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static bool Add(List<string> list, string value)
    {
        list.Add(value);
        return value.Length > 0;
    }
}
