using HashBalancer.Agent;
using HashBalancer.Consul;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the agent to an ASP.NET Core application.</summary>
public static class AgentServiceCollectionExtensions
{
    /// <summary>
    /// Registers the application in the registry once its server listens, keeps it registered, and takes it out before the server stops.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options; <see cref="AgentOptions.Service"/> at least.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// What of <see cref="AgentOptions.Consul"/> is not set is taken from Consul's environment variables, see
    /// <see cref="ConsulEnvironment"/>. Wrong options fail the start with an <see cref="OptionsValidationException"/> that lists every fault.
    /// </remarks>
    public static IServiceCollection AddHashBalancerAgent(this IServiceCollection services, Action<AgentOptions> configure)
    {
        services.AddOptions<AgentOptions>().Configure(configure).ValidateOnStart();
        return AddAgent(services, AgentOptions.Section);
    }

    /// <summary>As the other overload, with the options from configuration; unknown keys are errors.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section to bind, usually <see cref="AgentOptions.Section"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddHashBalancerAgent(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<AgentOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        return AddAgent(services, section.Path);
    }

    private static IServiceCollection AddAgent(IServiceCollection services, string section)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.PostConfigure<AgentOptions>(options => ConsulEnvironment.Apply(options.Consul, Environment.GetEnvironmentVariable));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOptions>>(new AgentOptionsValidator(section)));
        services.TryAddSingleton<RequestTraffic>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, LoadStartupFilter>());
        services.AddHostedService<AgentHostedService>();
        return services;
    }
}
