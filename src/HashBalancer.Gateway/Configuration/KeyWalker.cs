using System.Collections;
using System.ComponentModel;
using System.Reflection;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Configuration;

/// <summary>
/// Holds a configuration section against the type it will be bound to: reports every key that the type does not have and
/// every value that its property cannot take. .NET's binder stops at the first fault, or stays silent.
/// </summary>
internal static class KeyWalker
{
    /// <summary>Adds an error for every unknown key and every value of the wrong kind below <paramref name="section"/>.</summary>
    public static void Check(IConfigurationSection section, Type type, List<ConfigurationError> errors)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementTypeOf(type) is { } element)
        {
            foreach (IConfigurationSection child in section.GetChildren())
                Check(child, element, errors);
        }
        else if (IsLeaf(type))
        {
            CheckValue(section, type, errors);
        }
        else
        {
            CheckObject(section, type, errors);
        }
    }

    private static void CheckObject(IConfigurationSection section, Type type, List<ConfigurationError> errors)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            errors.Add(new(section.Path, $"is '{section.Value}', but must be a section with {Names(type)}."));
            return;
        }

        Dictionary<string, PropertyInfo> properties = PropertiesOf(type);
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out PropertyInfo? property))
                Check(child, property.PropertyType, errors);
            else
                errors.Add(new(child.Path, $"is not a known key.{NearestName.Hint(child.Key, properties.Keys)} Allowed here: {Names(type)}."));
        }
    }

    private static void CheckValue(IConfigurationSection section, Type type, List<ConfigurationError> errors)
    {
        if (section.Value is null)
        {
            // A set of flags may be written as a list of names.
            if (type.IsEnum)
            {
                foreach (IConfigurationSection child in section.GetChildren())
                    CheckValue(child, type, errors);
            }
            else if (section.GetChildren().Any())
            {
                errors.Add(new(section.Path, $"is a section, but must be {Allowed(type)}."));
            }

            return;
        }

        // YARP reads versions in its own, laxer way ("2").
        if (type == typeof(string) || type == typeof(Version))
            return;
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(section.Value);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            errors.Add(new(section.Path, $"is '{section.Value}', but must be {Allowed(type)}."));
        }
    }

    private static bool IsLeaf(Type type) =>
        type == typeof(string) || type.IsPrimitive || type.IsEnum || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    /// <summary>The type of a dictionary's values or a list's items; null for anything else.</summary>
    private static Type? ElementTypeOf(Type type)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type))
            return null;
        Type sequence = type.GetInterfaces().Append(type)
            .First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>));
        Type item = sequence.GetGenericArguments()[0];
        return item.IsGenericType && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) ? item.GetGenericArguments()[1] : item;
    }

    /// <summary>The keys of a type. Properties without a setter are computed (such as record members) and are none.</summary>
    public static Dictionary<string, PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0)
            .ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    private static string Names(Type type) => string.Join(", ", PropertiesOf(type).Keys.Order(StringComparer.Ordinal));

    private static string Allowed(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time span such as 00:00:05",
        { IsEnum: true } => string.Join(", ", Enum.GetNames(type)),
        _ when type == typeof(string) => "a text",
        _ => $"a number ({type.Name})",
    };
}
