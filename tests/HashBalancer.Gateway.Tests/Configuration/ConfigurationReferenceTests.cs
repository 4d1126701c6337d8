using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Configuration;

/// <summary>config/README.md names every key that the gateway reads, and no other.</summary>
public sealed partial class ConfigurationReferenceTests
{
    [Fact]
    public void Reference_Keys_AreThoseOfTheOptions()
    {
        string table = File.ReadAllText(Path.Combine(Repository.Root, "config", "README.md"));
        IEnumerable<string> documented = FirstColumn().Matches(table[table.IndexOf("## Keys under", StringComparison.Ordinal)..table.IndexOf("## Files here", StringComparison.Ordinal)])
            .SelectMany(row => Key().Matches(row.Groups[1].Value))
            .Select(key => key.Groups[1].Value);
        Assert.Equal(KeysOf(typeof(HashBalancerOptions), "").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> KeysOf(Type type, string prefix)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true }))
        {
            Type value = property.PropertyType;
            string key = prefix + property.Name;
            if (typeof(IDictionary).IsAssignableFrom(value))
            {
                Type element = value.GetGenericArguments()[1];
                if (!element.Namespace!.StartsWith("HashBalancer", StringComparison.Ordinal))
                    yield return $"{key}:<name>";
                foreach (string inner in KeysOf(element, $"{key}:<name>:"))
                    yield return inner;
            }
            else if (value.Namespace!.StartsWith("HashBalancer", StringComparison.Ordinal) && !value.IsEnum)
            {
                foreach (string inner in KeysOf(value, key + ":"))
                    yield return inner;
            }
            else
            {
                yield return key;
            }
        }
    }

    [GeneratedRegex(@"^\| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex FirstColumn();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Key();
}
