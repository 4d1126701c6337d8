using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Agent;

/// <summary>Puts options and endpoint into the registration that is sent.</summary>
internal static class RegistrationBuilder
{
    public static AgentServiceRegistration Build(AgentOptions options, ServiceEndpoint endpoint, string hostName)
    {
        var meta = new Dictionary<string, string>(options.Meta);
        if (options.Zone is not null)
            meta["zone"] = options.Zone;
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
            Check = Check(options.Check, endpoint, id),
        };
    }

    /// <summary>The id of the one check that an instance registers.</summary>
    public static string CheckId(string serviceId) => $"service:{serviceId}";

    private static AgentServiceCheck Check(CheckOptions check, ServiceEndpoint endpoint, string id)
    {
        var common = new AgentServiceCheck
        {
            CheckID = CheckId(id),
            Status = check.InitialStatus,
            DeregisterCriticalServiceAfter = check.DeregisterCriticalServiceAfter,
        };
        return check.Kind == CheckKind.Ttl
            ? common with { Name = "Heartbeat", TTL = check.Ttl }
            : common with
            {
                Name = $"HTTP {check.Path}",
                HTTP = $"{(endpoint.IsHttps ? "https" : "http")}://{CheckHost(endpoint.Host)}:{endpoint.Port}{check.Path}",
                Interval = check.Interval,
                Timeout = check.Timeout,
                TLSSkipVerify = check.TlsSkipVerify,
            };
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
