using System.Collections.Frozen;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads <c>Proxy:Tls</c>, with the files it names.</summary>
internal static class TlsConfiguration
{
    private static readonly TimeSpan ShortestHandshake = TimeSpan.FromSeconds(1), LongestHandshake = TimeSpan.FromMinutes(2), LongestHsts = TimeSpan.FromDays(3650);

    /// <summary>How handshakes are done; null without TLS or when an error was added.</summary>
    public static ServerTls? Read(string section, TlsOptions options, List<ConfigurationError> errors)
    {
        CheckRanges(section, options, errors);
        if (options.Listen is null)
        {
            if (options.CertificateFile is not null || options.KeyFile is not null || options.Names.Count > 0 || options.ClientCaFile is not null)
                errors.Add(new($"{section}:Listen", $"is missing, so that the certificate beside it is shown nowhere; it must be {ListenAddress.Allowed}."));
            else if (options.RedirectHttp)
                errors.Add(new($"{section}:RedirectHttp", $"is true, but there is nowhere to send clients to: {section}:Listen is missing."));
            return null;
        }

        CertificateFiles? fallback = ReadCertificate($"{section}:CertificateFile", options.CertificateFile, options.KeyFile, errors);
        Dictionary<string, CertificateFiles> names = new(StringComparer.Ordinal);
        foreach ((string name, NamedCertificateOptions own) in options.Names.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string key = $"{section}:Names:{name}";
            if (!IsName(name))
                errors.Add(new(key, "is no host name; allowed are names such as shop.example.com, and *.example.com for all names one label below."));
            else if (ReadCertificate($"{key}:CertificateFile", own.CertificateFile, own.KeyFile, errors) is { } certificate)
                names[name.ToLowerInvariant()] = certificate;
        }

        ClientAuthorities? clients = ReadClients(section, options, errors);
        return fallback is null ? null : new ServerTls(fallback, names.ToFrozenDictionary(StringComparer.Ordinal), clients, options.MinimumVersion, options.HandshakeTimeout);
    }

    /// <summary>A certificate that is required.</summary>
    public static CertificateFiles? ReadCertificate(string key, string? file, string? keyFile, List<ConfigurationError> errors)
    {
        if (file is null)
        {
            errors.Add(new(key, "is missing; TLS needs a PEM file with the certificate."));
            return null;
        }

        try
        {
            return new CertificateFiles(file, keyFile);
        }
        catch (Exception e) when (CertificateFiles.IsUnusable(e))
        {
            errors.Add(new(key, $"is '{file}'{(keyFile is null ? "" : $" with the key '{keyFile}'")}, which cannot be used: {e.Message}"));
            return null;
        }
    }

    /// <summary>The authorities of clients.</summary>
    public static ClientAuthorities? ReadAuthorities(string key, string file, bool isRequired, List<ConfigurationError> errors)
    {
        try
        {
            return new ClientAuthorities(file, isRequired);
        }
        catch (Exception e) when (CertificateFiles.IsUnusable(e))
        {
            errors.Add(new(key, $"is '{file}', which cannot be used: {e.Message}"));
            return null;
        }
    }

    private static ClientAuthorities? ReadClients(string section, TlsOptions options, List<ConfigurationError> errors)
    {
        bool isOff = options.ClientCertificates == ClientCertificates.Off;
        if (options.ClientCaFile is null)
        {
            if (!isOff)
                errors.Add(new($"{section}:ClientCaFile", $"is missing; {section}:ClientCertificates is {options.ClientCertificates}, which needs a PEM file of the authorities that sign them."));
            return null;
        }

        if (isOff)
        {
            errors.Add(new($"{section}:ClientCertificates", $"is Off, so that {section}:ClientCaFile has no effect; allowed beside it are Optional and Required."));
            return null;
        }

        return ReadAuthorities($"{section}:ClientCaFile", options.ClientCaFile, options.ClientCertificates == ClientCertificates.Required, errors);
    }

    private static void CheckRanges(string section, TlsOptions options, List<ConfigurationError> errors)
    {
        if (options.HandshakeTimeout < ShortestHandshake || options.HandshakeTimeout > LongestHandshake)
            errors.Add(new($"{section}:HandshakeTimeout", $"is '{options.HandshakeTimeout}'; allowed are {ShortestHandshake} to {LongestHandshake}."));
        if (options.HstsMaxAge < TimeSpan.Zero || options.HstsMaxAge > LongestHsts)
            errors.Add(new($"{section}:HstsMaxAge", $"is '{options.HstsMaxAge}'; allowed are 00:00:00 (not sent) to {LongestHsts}."));
        if (options.RedirectPort is < 1 or > ushort.MaxValue)
            errors.Add(new($"{section}:RedirectPort", FormattableString.Invariant($"is {options.RedirectPort}; allowed are 1 to 65535.")));
    }

    private static bool IsName(string name) =>
        Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Dns;
}
