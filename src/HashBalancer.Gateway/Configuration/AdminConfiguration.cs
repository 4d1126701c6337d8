using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Configuration;

/// <summary>The section <c>HashBalancer:Admin</c>.</summary>
internal sealed class AdminOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it.</summary>
    public string Listen { get; set; } = "127.0.0.1:8090";

    /// <summary>The token that callers must show.</summary>
    public string? Token { get; set; }

    /// <summary>A file whose first line it is; wins over <see cref="Token"/>.</summary>
    public string? TokenFile { get; set; }

    /// <summary>TLS towards operators.</summary>
    public AdminTlsOptions Tls { get; set; } = new();
}

/// <summary>TLS towards operators.</summary>
internal sealed class AdminTlsOptions
{
    /// <summary>PEM file with the certificate and those that lead to an authority; none: no TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with the private key; none: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>PEM file of the authorities that sign operators' certificates, which all callers must show then; none: certificates are not asked for.</summary>
    public string? ClientCaFile { get; set; }
}

/// <summary>Where the admin server listens, and for whom; checked.</summary>
/// <param name="Listen">Where.</param>
/// <param name="Token">The token that callers must show; null with <paramref name="TokenFile"/>, and when nobody must show one.</param>
/// <param name="TokenFile">A file whose first line it is.</param>
/// <param name="Tls">How handshakes are done; null without TLS.</param>
internal sealed record AdminConfiguration(ListenAddress Listen, string? Token, string? TokenFile, ServerTls? Tls)
{
    private const string Section = $"{HashBalancerOptions.Section}:Admin";

    /// <summary>Reads the section; null when it has faults, which are added to <paramref name="errors"/>.</summary>
    public static AdminConfiguration? Read(AdminOptions options, List<ConfigurationError> errors)
    {
        int before = errors.Count;
        ListenAddress? listen = ProxyConfiguration.ReadListen($"{Section}:Listen", options.Listen, errors);
        string? file = string.IsNullOrEmpty(options.TokenFile) ? null : options.TokenFile;
        string? token = file is null && !string.IsNullOrEmpty(options.Token) ? options.Token : null;
        if (token is { Length: < AdminToken.Shortest })
            errors.Add(new($"{Section}:Token", $"has {token.Length} characters, but must have at least {AdminToken.Shortest}: a shorter one can be guessed."));
        if (file is not null && FaultOf(file) is { } fault)
            errors.Add(new($"{Section}:TokenFile", $"is '{file}', {fault}"));
        ServerTls? tls = ReadTls(options.Tls, errors);
        if (listen is { IsLoopback: false } && token is null && file is null && options.Tls.ClientCaFile is null)
            errors.Add(new($"{Section}:Listen", $"is '{options.Listen}', which others than this machine can reach; that needs {Section}:TokenFile or {Section}:Token. Without a token only loopback is allowed (127.0.0.1 or [::1])."));
        return errors.Count > before ? null : new(listen!, token, file, tls);
    }

    private static ServerTls? ReadTls(AdminTlsOptions options, List<ConfigurationError> errors)
    {
        if (options.CertificateFile is null)
        {
            if (options.KeyFile is not null || options.ClientCaFile is not null)
                errors.Add(new($"{Section}:Tls:CertificateFile", "is missing; what stands beside it has no effect without TLS."));
            return null;
        }

        CertificateFiles? certificate = TlsConfiguration.ReadCertificate($"{Section}:Tls:CertificateFile", options.CertificateFile, options.KeyFile, errors);
        ClientAuthorities? clients = options.ClientCaFile is { } file ? TlsConfiguration.ReadAuthorities($"{Section}:Tls:ClientCaFile", file, isRequired: true, errors) : null;
        return certificate is null ? null : ServerTls.Of(certificate, clients);
    }

    private static string? FaultOf(string file)
    {
        try
        {
            return AdminToken.Read(file).Length < AdminToken.Shortest ? $"whose first line must have at least {AdminToken.Shortest} characters: a shorter token can be guessed." : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"which cannot be read: {error.Message}";
        }
    }
}
