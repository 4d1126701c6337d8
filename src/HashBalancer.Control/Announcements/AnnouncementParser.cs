namespace HashBalancer.Control;

/// <summary>Reads what services announce in their tags. Pure; whether a path can be matched is for who routes by it to say.</summary>
/// <remarks>
/// The catalog lists the tags of all instances of a service together. So the routes of two versions of a service that runs both
/// are all in force; of several different lists of hash keys the first in ordinal order is, since a pool can have one only.
/// </remarks>
internal static class AnnouncementParser
{
    private const string RouteForm = "[HOST]/PATH, such as /items/{**rest} or api.example.org/items/{**rest}";

    /// <summary>What a service announces; null when that is nothing.</summary>
    public static ServiceAnnouncement? Parse(ServiceTags service, Warnings warnings)
    {
        List<AnnouncedRoute> routes = [];
        SortedSet<string> hashKeys = new(StringComparer.Ordinal);
        foreach (string? tag in service.Tags)
        {
            if (!SettingTag.TryParse(tag, out string name, out string value))
                continue;
            if (name.Equals(InstanceSettings.Route, StringComparison.OrdinalIgnoreCase))
            {
                if (RouteOf(value, out string? fault) is { } route)
                    routes.Add(route);
                else
                    warnings.Add($"service '{ForeignText.Shown(service.Service)}': tag '{ForeignText.Shown(tag)}' {fault}; the form is {RouteForm}. The route is left out");
            }
            else if (name.Equals(InstanceSettings.HashKeys, StringComparison.OrdinalIgnoreCase))
            {
                hashKeys.Add(value);
            }
        }

        if (hashKeys.Count > 1)
            warnings.Add($"service '{ForeignText.Shown(service.Service)}': its instances name {hashKeys.Count} lists of hash keys; '{ForeignText.Shown(hashKeys.Min)}' is used");
        string[] keys = hashKeys.Min?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (routes.Count == 0 && keys.Length == 0)
            return null;
        return new ServiceAnnouncement(
            service.Service, [.. routes.Distinct().OrderBy(r => r.Host, StringComparer.Ordinal).ThenBy(r => r.Path, StringComparer.Ordinal)], keys);
    }

    private static AnnouncedRoute? RouteOf(string value, out string? fault)
    {
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? value : value[..slash];
        if (slash < 0)
            fault = "has no path";
        else
            fault = host.Length > 0 && !IsHost(host) ? "has a host that is no host name" : null;
        return fault is null ? new AnnouncedRoute(value[slash..], host.Length == 0 ? null : host.ToLowerInvariant()) : null;
    }

    private static bool IsHost(string host)
    {
        int colon = host.LastIndexOf(':');
        if (colon >= 0 && (!ushort.TryParse(host.AsSpan(colon + 1), out ushort port) || port == 0))
            return false;
        string name = colon < 0 ? host : host[..colon];
        return Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }
}
