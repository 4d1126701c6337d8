using HashBalancer.Consul.Models;
using Microsoft.Extensions.Options;

namespace HashBalancer.Agent;

/// <summary>Finds every fault in <see cref="AgentOptions"/> at once.</summary>
internal sealed class AgentOptionsValidator(string section) : IValidateOptions<AgentOptions>
{
    /// <summary>The zone takes one of Consul's 64 pairs.</summary>
    private const int MaxMeta = 63;

    public ValidateOptionsResult Validate(string? name, AgentOptions options)
    {
        var errors = new List<string>(options.Consul.Validate($"{section}:Consul"));
        if (options.Service.Length is 0 or > 255)
            Fault("Service", options.Service, "1 to 255 characters");
        if (options.Id is { } id && !IsMade(id, 255, "._:-"))
            Fault("Id", id, "1 to 255 of letters, digits and ._:-");
        if (options.Address is { } address && (address is "0.0.0.0" or "::" or "[::]" || Uri.CheckHostName(address.Trim('[', ']')) == UriHostNameType.Unknown))
            Fault("Address", address, "a host name or an IP address that others can connect to");
        if (options.Port is < 1 or > 65535)
            Fault("Port", options.Port, "1 to 65535");
        if (options.Weight is < 1 or > 65535)
            Fault("Weight", options.Weight, "1 to 65535");
        CheckMeta(options);
        for (int i = 0; i < options.Tags.Count; i++)
        {
            if (options.Tags[i].Length == 0)
                Fault($"Tags:{i}", "", "at least one character");
        }

        CheckCheck(options.Check);
        Range("Load:Interval", options.Load.Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (options.Load.ConcurrencyLimit is < 1)
            Fault("Load:ConcurrencyLimit", options.Load.ConcurrencyLimit, "1 and more");
        if (options.Load.RegistryFolder.Length is 0 or > 200 || options.Load.RegistryFolder.StartsWith('/') || options.Load.RegistryFolder.Any(char.IsControl))
            Fault("Load:RegistryFolder", options.Load.RegistryFolder, "1 to 200 characters that do not begin with '/'");
        Range("Drain:MinTime", options.Drain.MinTime, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Range("Drain:Timeout", options.Drain.Timeout, options.Drain.MinTime, TimeSpan.FromHours(1));
        Range("DeregisterTimeout", options.DeregisterTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Fault(string key, object? value, string allowed) => errors.Add($"{section}:{key}: '{value}' is not allowed; allowed: {allowed}.");

        void Range(string key, TimeSpan value, TimeSpan low, TimeSpan high)
        {
            if (value < low || value > high)
                Fault(key, value.ToString("c"), $"{low:c} to {high:c}");
        }

        void CheckMeta(AgentOptions o)
        {
            if (o.Meta.Count + o.Capacity.Count > MaxMeta)
                Fault("Meta", $"{o.Meta.Count + o.Capacity.Count} pairs", $"at most {MaxMeta} pairs, those of Capacity counted");
            foreach ((string resource, double amount) in o.Capacity)
            {
                if (!IsMade(resource, 100, "_-"))
                    Fault($"Capacity:{resource}", resource, "names of 1 to 100 letters, digits, '_' and '-'");
                if (!double.IsFinite(amount) || amount < 0)
                    Fault($"Capacity:{resource}", amount, "numbers from 0");
                if (o.Meta.ContainsKey(RegistrationBuilder.CapacityPrefix + resource))
                    Fault($"Meta:{RegistrationBuilder.CapacityPrefix}{resource}", resource, $"either this or {section}:Capacity:{resource}");
            }

            foreach ((string key, string value) in o.Meta)
            {
                if (!IsMade(key, 128, "_-") || key.StartsWith("consul-", StringComparison.Ordinal))
                    Fault($"Meta:{key}", key, "keys of 1 to 128 letters, digits, '_' and '-', not starting with 'consul-'");
                if (value.Length > 512)
                    Fault($"Meta:{key}", value, "values of at most 512 characters");
            }

            if (o.Zone is { Length: 0 or > 512 })
                Fault("Zone", o.Zone, "1 to 512 characters");
            if (o.Zone is not null && o.Meta.TryGetValue("zone", out string? zone))
                Fault("Meta:zone", zone, $"either this or {section}:Zone");
        }

        void CheckCheck(CheckOptions check)
        {
            if (!Enum.IsDefined(check.Kind))
                Fault("Check:Kind", check.Kind, string.Join(", ", Enum.GetNames<CheckKind>()));
            Range("Check:Ttl", check.Ttl, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
            if (!check.Path.StartsWith('/'))
                Fault("Check:Path", check.Path, "a path that starts with '/'");
            Range("Check:Interval", check.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
            Range("Check:Timeout", check.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
            if (check.InitialStatus is not (CheckStatus.Passing or CheckStatus.Warning or CheckStatus.Critical))
                Fault("Check:InitialStatus", check.InitialStatus, "passing, warning, critical");
            if (check.DeregisterCriticalServiceAfter is { } after)
                Range("Check:DeregisterCriticalServiceAfter", after, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        }
    }

    private static bool IsMade(string text, int limit, string besides) =>
        text.Length >= 1 && text.Length <= limit && text.All(c => char.IsAsciiLetterOrDigit(c) || besides.Contains(c, StringComparison.Ordinal));
}
