using System.Globalization;
using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Agent;

/// <summary>Puts options and endpoint into the registration that is sent.</summary>
internal static class RegistrationBuilder
{
    /// <summary>What the meta names of capacities start with.</summary>
    public const string CapacityPrefix = "capacity-";

    /// <param name="options">The options, valid.</param>
    /// <param name="endpoint">Where the instance is reached.</param>
    /// <param name="hostName">For the default id.</param>
    /// <param name="heartbeat">Whether an HTTP or TCP check gets a heartbeat check beside it, whatever the options say.</param>
    public static AgentServiceRegistration Build(AgentOptions options, ServiceEndpoint endpoint, string hostName, bool heartbeat = false)
    {
        var meta = new Dictionary<string, string>(options.Meta);
        if (options.Zone is not null)
            meta["zone"] = options.Zone;
        foreach ((string resource, double amount) in options.Capacity)
            meta[CapacityPrefix + resource] = amount.ToString("R", CultureInfo.InvariantCulture);
        string id = options.Id ?? DefaultId(options.Service, hostName, endpoint.Port);
        return new AgentServiceRegistration
        {
            ID = id,
            Name = options.Service,
            Address = endpoint.Host.Length == 0 ? null : endpoint.Host,
            Port = endpoint.Port,
            Tags = options.Tags.Count == 0 ? null : options.Tags,
            Meta = meta.Count == 0 ? null : meta,
            Weights = new ServiceWeights { Passing = options.Weight, Warning = options.Weight },
            Checks = [.. Checks(options.Check, endpoint, id, heartbeat || options.Check.Heartbeat)],
        };
    }

    private static IEnumerable<AgentServiceCheck> Checks(CheckOptions check, ServiceEndpoint endpoint, string id, bool heartbeat)
    {
        var common = new AgentServiceCheck
        {
            CheckID = $"service:{id}",
            Status = check.InitialStatus,
            DeregisterCriticalServiceAfter = check.DeregisterCriticalServiceAfter,
        };
        AgentServiceCheck reported = common with { Name = "Heartbeat", TTL = check.Ttl };
        if (check.Kind == CheckKind.Ttl)
        {
            yield return reported;
            yield break;
        }

        string address = $"{CheckHost(endpoint.Host)}:{endpoint.Port}";
        AgentServiceCheck asked = common with { Interval = check.Interval, Timeout = check.Timeout };
        yield return check.Kind == CheckKind.Tcp
            ? asked with { Name = $"TCP {endpoint.Port}", TCP = address }
            : asked with
            {
                Name = $"HTTP {check.Path}",
                HTTP = $"{(endpoint.IsHttps ? "https" : "http")}://{address}{check.Path}",
                TLSSkipVerify = check.TlsSkipVerify,
            };
        if (heartbeat)
            yield return reported with { CheckID = $"service:{id}:heartbeat" };
    }

    // Without an address of its own the instance shares the machine with the agent that runs the check.
    private static string CheckHost(string host) =>
        host.Length == 0 ? "127.0.0.1" : host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static string DefaultId(string service, string hostName, int port)
    {
        var id = new StringBuilder($"{service}-{hostName}-{port}");
        for (int i = 0; i < id.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(id[i]) && id[i] is not ('.' or '_' or ':' or '-'))
                id[i] = '-';
        }

        return id.Length <= 255 ? id.ToString() : id.ToString(id.Length - 255, 255);
    }
}
