namespace HashBalancer.Consul;

/// <summary>Fills options from the environment variables that Consul's own tools read.</summary>
public static class ConsulEnvironment
{
    /// <summary>
    /// Sets each option that is not set yet from its variable: CONSUL_HTTP_ADDR, CONSUL_HTTP_SSL, CONSUL_HTTP_TOKEN,
    /// CONSUL_HTTP_TOKEN_FILE, CONSUL_NAMESPACE, CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY, CONSUL_TLS_SERVER_NAME and
    /// CONSUL_HTTP_SSL_VERIFY.
    /// </summary>
    /// <param name="options">The options to fill.</param>
    /// <param name="variable">Reads a variable, such as <see cref="Environment.GetEnvironmentVariable(string)"/>; null when it is not set.</param>
    public static void Apply(ConsulClientOptions options, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(variable);
        if (string.IsNullOrWhiteSpace(options.Address) && options.Addresses.Count == 0 && Read("CONSUL_HTTP_ADDR") is { } address)
        {
            bool ssl = Read("CONSUL_HTTP_SSL") is "1" or "true" && !address.Contains("://", StringComparison.Ordinal);
            options.Address = ssl ? "https://" + address : address;
        }

        if (options.Token is null && options.TokenFile is null)
        {
            options.TokenFile = Read("CONSUL_HTTP_TOKEN_FILE");
            options.Token = Read("CONSUL_HTTP_TOKEN");
        }

        options.Namespace ??= Read("CONSUL_NAMESPACE");
        options.Tls.ServerName ??= Read("CONSUL_TLS_SERVER_NAME");
        options.Tls.CaFile ??= Read("CONSUL_CACERT");
        if (options.Tls.CertificateFile is null)
        {
            options.Tls.CertificateFile = Read("CONSUL_CLIENT_CERT");
            options.Tls.KeyFile ??= Read("CONSUL_CLIENT_KEY");
        }

        options.Tls.SkipVerify |= Read("CONSUL_HTTP_SSL_VERIFY") is "0" or "false";

        string? Read(string name) => variable(name) is { Length: > 0 } value ? value : null;
    }
}
