using System.Diagnostics.Metrics;
using HashBalancer.Consul;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Registers the control plane.</summary>
public static class ControlServiceCollectionExtensions
{
    /// <summary>
    /// Adds the control plane: <see cref="MembershipService"/> (hosted), <see cref="SnapshotPublisher"/>, <see cref="RegistryStatus"/>, <see cref="DrainedNodes"/>,
    /// and, where the host has none yet, <see cref="SnapshotStore"/>, <see cref="LoadTable"/> and the system's <see cref="TimeProvider"/>.
    /// </summary>
    /// <remarks>
    /// The host provides a <see cref="ConsulClient"/>, binds <see cref="MembershipOptions"/> and <see cref="PublishingOptions"/> if
    /// it wants other than their defaults, and calls <see cref="MembershipService.Apply"/> with its pools. Calling this twice does no harm.
    /// </remarks>
    public static IServiceCollection AddHashBalancerControl(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddMetrics();
        services.AddLogging();
        services.AddOptions<MembershipOptions>().ValidateOnStart();
        services.AddOptions<PublishingOptions>().ValidateOnStart();
        services.AddOptions<RebalancingOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MembershipOptions>, MembershipOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PublishingOptions>, PublishingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RebalancingOptions>, RebalancingOptionsValidator>());

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<LoadTable>();
        services.TryAddSingleton<IFileStore, FileStore>();
        services.TryAddSingleton<LastKnownGood>();
        services.TryAddSingleton<IRegistrySource>(p => new ConsulSource(p.GetRequiredService<ConsulClient>(), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p => new RegistryStatus(
            RegistryAddressOf(p.GetRequiredService<ConsulClient>()), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<RegistryStatus>>()));
        services.TryAddSingleton(p => new ControlTelemetry(
            p.GetRequiredService<IMeterFactory>(), p.GetRequiredService<SnapshotStore>(), p.GetRequiredService<RegistryStatus>(), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p =>
        {
            var publisher = new SnapshotPublisher(
                p.GetRequiredService<SnapshotStore>(), p.GetRequiredService<LoadTable>(), p.GetRequiredService<ControlTelemetry>(),
                p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<PublishingOptions>>(), p.GetRequiredService<ILogger<SnapshotPublisher>>());
            RebalancingOptions rebalancing = p.GetRequiredService<IOptions<RebalancingOptions>>().Value;
            publisher.SetHandOverTime(rebalancing.Mode == RebalancingMode.On ? rebalancing.HandOverTime : TimeSpan.Zero);
            return publisher;
        });
        services.TryAddSingleton(p => new MembershipService(
            p.GetRequiredService<IRegistrySource>(), p.GetRequiredService<SnapshotPublisher>(), p.GetRequiredService<RegistryStatus>(),
            p.GetRequiredService<ControlTelemetry>(), p.GetRequiredService<LastKnownGood>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<MembershipOptions>>(), p.GetRequiredService<ILogger<MembershipService>>()));
        // First: the others begin with what it has read. Hosts stop in the opposite order, so that it writes last.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LastKnownGood>(static p => p.GetRequiredService<LastKnownGood>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MembershipService>(static p => p.GetRequiredService<MembershipService>()));
        services.TryAddSingleton(p => new Leadership(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<RebalancingLoop>(), p.GetRequiredService<AllocationLoop>(),
            new LeaderPulse(p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<LeaderPulse>>()),
            p.GetRequiredService<IOptions<CoordinationOptions>>(), p.GetRequiredService<IMeterFactory>(), p.GetRequiredService<ILogger<Leadership>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, Leadership>(static p => p.GetRequiredService<Leadership>()));
        AddRebalancing(services);
        services.AddAllocation();
        services.TryAddSingleton(p => new DrainedNodes(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<SnapshotPublisher>(),
            p.GetRequiredService<IOptions<CoordinationOptions>>().Value.GatewayName, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<DrainedNodes>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainedNodes>(static p => p.GetRequiredService<DrainedNodes>()));
        services.TryAddSingleton(p => new OperatorOrders(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<SnapshotPublisher>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<OperatorOrders>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OperatorOrders>(static p => p.GetRequiredService<OperatorOrders>()));
        return services;
    }

    /// <summary>Adds <see cref="AnnouncementService"/> (hosted) to the control plane: routes and hash keys that services bring along.</summary>
    /// <remarks>Needs <see cref="AddHashBalancerControl"/>. Without it no one asks for the list of services. Calling it twice does no harm.</remarks>
    public static IServiceCollection AddHashBalancerAnnouncements(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(p => new AnnouncementService(
            p.GetRequiredService<IRegistrySource>(), p.GetRequiredService<RegistryStatus>(), p.GetRequiredService<ControlTelemetry>(),
            p.GetRequiredService<LastKnownGood>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<MembershipOptions>>(),
            p.GetRequiredService<ILogger<AnnouncementService>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AnnouncementService>(static p => p.GetRequiredService<AnnouncementService>()));
        return services;
    }

    private static void AddRebalancing(IServiceCollection services)
    {
        services.TryAddSingleton(p => new CoordinationKeys(p.GetRequiredService<IOptions<CoordinationOptions>>().Value.LeaderKey));
        services.TryAddSingleton(p => new RebalancingTelemetry(p.GetRequiredService<IMeterFactory>(), p.GetRequiredService<SnapshotStore>()));
        services.TryAddSingleton<RebalancingHistory>();
        services.TryAddSingleton<MeasuredLoads>();
        services.TryAddSingleton(p => new RebalancingLoop(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<SnapshotStore>(), p.GetRequiredService<SnapshotPublisher>(),
            p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<RebalancingOptions>>(),
            p.GetRequiredService<RebalancingTelemetry>(), p.GetRequiredService<RebalancingHistory>(), p.GetRequiredService<OperatorOrders>(), p.GetRequiredService<ILogger<RebalancingLoop>>()));
        services.TryAddSingleton(p => new LoadReporter(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<SnapshotStore>(), p.GetRequiredService<IOptions<CoordinationOptions>>().Value.GatewayName, p.GetRequiredService<CoordinationKeys>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<RebalancingOptions>>(), p.GetRequiredService<MeasuredLoads>(),
            p.GetRequiredService<OperatorOrders>(), p.GetRequiredService<ILogger<LoadReporter>>()));
        services.TryAddSingleton(p => new AssignmentWatch(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<SnapshotPublisher>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<RebalancingTelemetry>(), p.GetRequiredService<ILogger<AssignmentWatch>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LoadReporter>(static p => p.GetRequiredService<LoadReporter>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AssignmentWatch>(static p => p.GetRequiredService<AssignmentWatch>()));
    }

    private static Func<string> RegistryAddressOf(ConsulClient client) => () => client.CurrentAddress;
}
