using System.Security.Cryptography;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Where the configuration comes from, so that it can be read again.</summary>
/// <param name="Files">Full paths of the files; one that is absent counts as empty unless it must exist.</param>
/// <param name="MustExist">Whether an absent file is a fault.</param>
/// <param name="IsDemo">Whether the demo's own configuration stands beneath the files.</param>
/// <param name="Settings">Arguments of the form <c>--Section:Key=value</c>; they win over the environment, which wins over the files.</param>
internal sealed record ConfigurationSource(IReadOnlyList<string> Files, bool MustExist, bool IsDemo, IReadOnlyList<string> Settings)
{
    /// <summary>Whether the demo is that of a fleet.</summary>
    public bool IsFleet { get; init; }

    /// <summary>Reads everything anew: the configuration, or what keeps it from being read.</summary>
    public (IConfigurationRoot? Root, IReadOnlyList<ConfigurationError> Errors) Read()
    {
        var builder = new ConfigurationBuilder();
        if (IsDemo)
            builder.AddJsonStream(Demo.DemoConfiguration.Open(IsFleet));
        foreach (string file in Files)
            builder.AddJsonFile(file, optional: !MustExist, reloadOnChange: false);
        try
        {
            return (builder.AddEnvironmentVariables().AddCommandLine([.. Settings]).Build(), []);
        }
        catch (InvalidDataException error)
        {
            return (null, [new("--config", $"{error.Message} {error.InnerException?.Message}".TrimEnd())]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, [new("--config", error.Message)]);
        }
    }

    /// <summary>What the files hold now, as one value that changes with them; absent and unreadable files count as empty.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Files)
        {
            try
            {
                hash.AppendData(File.ReadAllBytes(file));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It may be about to be replaced; Read names the fault if it stays away.
            }

            hash.AppendData([0]);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
