using System.Globalization;

namespace HashBalancer.Consul;

/// <summary>Where the registry is and how it is spoken to.</summary>
public sealed class ConsulClientOptions
{
    /// <summary>The address used when none is given.</summary>
    public const string DefaultAddress = "http://127.0.0.1:8500";

    /// <summary>
    /// The agent's address: <c>http://host:port</c>, <c>https://host:port</c>, a bare <c>host:port</c> or <c>unix:///path</c>.
    /// Default <see cref="DefaultAddress"/> when <see cref="Addresses"/> is empty as well.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>Further agents, tried in turn when the one before cannot be reached; the one that answered last is kept.</summary>
    public List<string> Addresses { get; set; } = [];

    /// <summary>The ACL token. <see cref="TokenFile"/> goes before it.</summary>
    public string? Token { get; set; }

    /// <summary>A file that holds the ACL token; read again whenever it changes.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Certificates for <c>https</c> addresses.</summary>
    public ConsulTlsOptions Tls { get; set; } = new();

    /// <summary>Must stay empty: namespaces belong to Consul Enterprise. It is here so that a configuration that sets one is told so.</summary>
    public string? Namespace { get; set; }

    /// <summary>The datacenter asked; the agent's own by default.</summary>
    public string? Datacenter { get; set; }

    /// <summary>What stands before every key of <see cref="ConsulClient.Kv"/>; answers come back without it. Default none.</summary>
    public string? KvPrefix { get; set; }

    /// <summary>How fresh reads must be where a call does not say. Default <see cref="Consul.Consistency.Default"/>.</summary>
    public Consistency Consistency { get; set; }

    /// <summary>
    /// Time for one call, its body included, beyond what it was asked to wait. Default 10 s: without a leader Consul takes 7 s to say so.
    /// From 100 ms to 10 minutes.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time to open a connection to one address, TLS included. Default 2 s; from 10 ms to 1 minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The largest body accepted. Default 64 MiB (about 60,000 instances in one answer); from 1 KiB to 1 GiB.</summary>
    public int MaxResponseBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The addresses in the order they are tried.</summary>
    public IEnumerable<string> AllAddresses
    {
        get
        {
            if (!string.IsNullOrWhiteSpace(Address))
                yield return Address;
            else if (Addresses.Count == 0)
                yield return DefaultAddress;
            foreach (string address in Addresses)
                yield return address;
        }
    }

    /// <summary>Checks every member.</summary>
    /// <param name="section">The configuration path that the errors name, such as <c>HashBalancer:Consul</c>.</param>
    /// <returns>One message for each fault, with key, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(string section = "Consul")
    {
        var errors = new List<string>();
        if (!string.IsNullOrWhiteSpace(Address) && !ConsulAddress.TryParse(Address, out _, out string? why))
            errors.Add($"{section}:Address: {why}");
        for (int i = 0; i < Addresses.Count; i++)
        {
            if (!ConsulAddress.TryParse(Addresses[i], out _, out why))
                errors.Add($"{section}:Addresses:{i}: {why}");
        }

        if (Token is not null && !TokenSource.IsUsable(Token))
            errors.Add($"{section}:Token: the token has characters that a header cannot carry; allowed are printable ASCII characters.");
        if (TokenFile is not null && string.IsNullOrWhiteSpace(TokenFile))
            errors.Add($"{section}:TokenFile: '{TokenFile}' is no path.");
        errors.AddRange(Tls.Validate($"{section}:Tls"));
        if (!string.IsNullOrEmpty(Namespace))
            errors.Add($"{section}:Namespace: '{Namespace}' cannot be served: namespaces belong to Consul Enterprise; leave it empty.");
        if (KvPrefix is { Length: > 0 } prefix && KeyPath.Check(prefix) is { } fault)
            errors.Add($"{section}:KvPrefix: '{prefix}' {fault}");
        if (!Enum.IsDefined(Consistency))
            errors.Add($"{section}:Consistency: '{Consistency}' is unknown; allowed are {string.Join(", ", Enum.GetNames<Consistency>())}.");
        Range(nameof(RequestTimeout), RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Range(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        if (MaxResponseBytes is < 1024 or > 1024 * 1024 * 1024)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:MaxResponseBytes: {MaxResponseBytes} is outside 1024 to 1073741824."));
        return errors;

        void Range(string name, TimeSpan value, TimeSpan low, TimeSpan high)
        {
            if (value < low || value > high)
                errors.Add($"{section}:{name}: {value:c} is outside {low:c} to {high:c}.");
        }
    }
}
