namespace HashBalancer.Gateway.Configuration;

/// <summary>A configuration that was read and found to be without fault.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Root">As it was read, for what reads sections by itself, such as logging.</param>
/// <param name="Configuration">In the terms of the parts that it goes to.</param>
internal sealed record LoadedConfiguration(ConfigurationSource Source, IConfigurationRoot Root, GatewayConfiguration Configuration)
{
    /// <summary>Reads and checks; every fault at once.</summary>
    public static async Task<(LoadedConfiguration? Loaded, IReadOnlyList<ConfigurationError> Errors)> LoadAsync(ConfigurationSource source)
    {
        (IConfigurationRoot? root, IReadOnlyList<ConfigurationError> errors) = source.Read();
        if (root is null)
            return (null, errors);
        (GatewayConfiguration? configuration, errors) = await ConfigurationLoader.LoadAsync(root);
        return configuration is null ? (null, errors) : (new LoadedConfiguration(source, root, configuration), []);
    }
}
