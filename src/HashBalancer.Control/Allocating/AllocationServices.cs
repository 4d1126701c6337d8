using System.Diagnostics.Metrics;
using HashBalancer.Consul;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Registers what divides the fleet.</summary>
internal static class AllocationServices
{
    public static void AddAllocation(this IServiceCollection services)
    {
        services.AddOptions<AllocationOptions>();
        services.TryAddSingleton<AllocatedPools>();
        services.TryAddSingleton<FleetView>();
        services.TryAddSingleton(p => new AllocationTelemetry(p.GetRequiredService<IMeterFactory>(), p.GetRequiredService<FleetView>()));
        services.TryAddSingleton(p => new AllocationLoop(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<AllocatedPools>(), p.GetRequiredService<FleetView>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<AllocationOptions>>(), p.GetRequiredService<AllocationTelemetry>(), p.GetRequiredService<ILogger<AllocationLoop>>()));
        services.TryAddSingleton(p => new FleetFollower(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<SnapshotPublisher>(), p.GetRequiredService<AllocatedPools>(), p.GetRequiredService<FleetView>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IOptions<AllocationOptions>>(), p.GetRequiredService<AllocationTelemetry>(), p.GetRequiredService<ILogger<FleetFollower>>()));
        services.TryAddSingleton(p => new DemandReporter(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<SnapshotStore>(), p.GetRequiredService<LoadTable>(), p.GetRequiredService<AllocatedPools>(), p.GetRequiredService<FleetView>(),
            p.GetRequiredService<IOptions<CoordinationOptions>>().Value.GatewayName, p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<IOptions<AllocationOptions>>(), p.GetRequiredService<ILogger<DemandReporter>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, FleetFollower>(static p => p.GetRequiredService<FleetFollower>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DemandReporter>(static p => p.GetRequiredService<DemandReporter>()));
        services.TryAddSingleton(p => new FleetDesk(
            p.GetRequiredService<ConsulClient>(), p.GetRequiredService<CoordinationKeys>(), p.GetRequiredService<AllocatedPools>(), p.GetRequiredService<FleetView>(),
            p.GetRequiredService<IOptions<AllocationOptions>>().Value, p.GetRequiredService<TimeProvider>()));
    }
}
