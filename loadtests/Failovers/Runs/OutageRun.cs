using System.Globalization;
using HashBalancer.Failovers.Reports;
using HashBalancer.Failovers.Rig;

namespace HashBalancer.Failovers.Runs;

/// <summary>Kills the registry under load with all that it knew, and starts an empty one in its place later.</summary>
internal sealed class OutageRun(FailoverRig rig, TimeSpan away, TimeProvider time, TextWriter output)
{
    private const string Moved = "hashbalancer_rebalancing_moved_total";
    private const double PlanBudget = 0.02;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60), Watched = TimeSpan.FromSeconds(60);

    public async Task<FailoverReport> RunAsync(CancellationToken stop)
    {
        DateTimeOffset started = time.GetUtcNow();
        await rig.UntilAsync(async () => await rig.Alive[0].VersionAsync(stop) > 0, "the first assignment", stop, TimeSpan.FromMinutes(3));
        await Task.Delay(Settling, time, stop);
        long before = await VersionAsync(stop);
        double movedBefore = await MovedAsync(stop);
        await rig.KillRegistryAsync();
        long killed = time.GetTimestamp();
        for (TimeSpan passed = TimeSpan.Zero; passed < away; passed = time.GetElapsedTime(killed))
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp((away - passed).TotalSeconds, 0.05, 60)), time, stop);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"registry away for {time.GetElapsedTime(killed).TotalSeconds:0} s: {rig.Clients.Served} requests served, {rig.Clients.Failed} failed"));
        }

        long during = await VersionAsync(stop);
        double movedDuring = await MovedAsync(stop);
        long failedDuring = rig.Clients.Failed;
        await rig.StartRegistryAsync(stop);
        long back = time.GetTimestamp();
        await rig.UntilAsync(
            async () =>
            {
                foreach (GatewayProcess gateway in rig.Alive)
                {
                    if (!(await gateway.StateAsync(stop)).SeesRegistry)
                        return false;
                }

                return true;
            },
            "all gateways see the registry", stop, TimeSpan.FromMinutes(2));
        double seen = time.GetElapsedTime(back).TotalSeconds;
        await rig.LeaderAsync(stop);
        double led = time.GetElapsedTime(back).TotalSeconds;
        await Task.Delay(Watched, time, stop);
        long after = await VersionAsync(stop);
        double movedAfter = await MovedAsync(stop);
        if (rig.Clients.FirstFailure is { } failure)
            await output.WriteLineAsync($"first failure: {failure}");
        return new FailoverReport(
            "Registry away under load", string.Create(CultureInfo.InvariantCulture, $"outage --minutes {away.TotalMinutes:0.##}"), started,
            string.Create(CultureInfo.InvariantCulture, $"Three gateways, six nodes, skewed keys, rebalancing on. The registry is killed with all it knew, and an empty one takes its place {away.TotalMinutes:0.##} min later: all gateways saw it after {seen:0.0} s, and one led after {led:0.0} s. Assignment {before} before, {during} at the end of the outage, {after} a minute after it. {rig.Clients.Served} requests were served."),
            [
                new FailoverGoal("requests failed while it was away", failedDuring, 0),
                new FailoverGoal("requests failed in all", rig.Clients.Failed, 0),
                new FailoverGoal("key space moved while it was away", movedDuring - movedBefore, 0),
                new FailoverGoal("versions lost", Math.Max(0, during - after), 0),
                new FailoverGoal("key space moved in the minute after it was back", movedAfter - movedDuring, PlanBudget),
            ],
            Table: null);
    }

    private async Task<long> VersionAsync(CancellationToken stop) => (await Task.WhenAll(rig.Alive.Select(gateway => gateway.VersionAsync(stop)))).Max();

    private async Task<double> MovedAsync(CancellationToken stop) => (await Task.WhenAll(rig.Alive.Select(gateway => gateway.MetricAsync(Moved, stop)))).Sum();
}
