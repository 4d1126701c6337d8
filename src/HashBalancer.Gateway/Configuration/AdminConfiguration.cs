using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Hosting;

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
}

/// <summary>Where the admin server listens, and for whom; checked.</summary>
/// <param name="Listen">Where.</param>
/// <param name="Token">The token that callers must show; null with <paramref name="TokenFile"/>, and when nobody must show one.</param>
/// <param name="TokenFile">A file whose first line it is.</param>
internal sealed record AdminConfiguration(ListenAddress Listen, string? Token, string? TokenFile)
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
        if (listen is { IsLoopback: false } && token is null && file is null)
            errors.Add(new($"{Section}:Listen", $"is '{options.Listen}', which others than this machine can reach; that needs {Section}:TokenFile or {Section}:Token. Without a token only loopback is allowed (127.0.0.1 or [::1])."));
        return errors.Count > before ? null : new(listen!, token, file);
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
