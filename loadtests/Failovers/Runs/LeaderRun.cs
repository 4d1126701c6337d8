using System.Globalization;
using HashBalancer.Failovers.Reports;
using HashBalancer.Failovers.Rig;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Failovers.Runs;

/// <summary>Kills the leader under load, again and again; a new gateway takes the place of each.</summary>
internal sealed class LeaderRun(FailoverRig rig, int kills, TimeProvider time, TextWriter output)
{
    private const string Plans = "hashbalancer_rebalancing_plans_total";
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(8);

    public async Task<FailoverReport> RunAsync(CancellationToken stop)
    {
        DateTimeOffset started = time.GetUtcNow();
        await rig.UntilAsync(async () => await rig.Alive[0].VersionAsync(stop) > 0, "the first assignment", stop, TimeSpan.FromMinutes(3));
        var table = new MarkdownTable("kill", "next leader after s", "next plan after s", "version before", "version at the plan");
        double slowestPlan = 0;
        long moved = 0;
        VersionWatch watch = new(rig, time);
        try
        {
            for (int kill = 1; kill <= kills; kill++)
            {
                GatewayProcess leader = await rig.LeaderAsync(stop);
                long before = await leader.VersionAsync(stop), killed = time.GetTimestamp();
                leader.Kill();
                GatewayProcess next = await rig.LeaderAsync(stop);
                double leads = time.GetElapsedTime(killed).TotalSeconds;
                await rig.UntilAsync(async () => await next.MetricAsync(Plans, stop) > 0, "the next plan", stop);
                double planned = time.GetElapsedTime(killed).TotalSeconds;
                // What the plan was published as has reached everybody by then.
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
                long after = await next.VersionAsync(stop);
                slowestPlan = Math.Max(slowestPlan, planned);
                moved += after - before;
                table.Add($"{kill}", $"{leads:0.0}", $"{planned:0.0}", $"{before}", $"{after}");
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"kill {kill}: {leader.Name}; {next.Name} leads after {leads:0.0} s and plans after {planned:0.0} s; {rig.Clients.Served} requests served, {rig.Clients.Failed} failed"));
                await rig.AddGatewayAsync(stop);
                await leader.DisposeAsync();
                await Task.Delay(Rest, time, stop);
            }
        }
        finally
        {
            await watch.DisposeAsync();
        }

        if (rig.Clients.FirstFailure is { } failure)
            await output.WriteLineAsync($"first failure: {failure}");
        return new FailoverReport(
            "Leader killed under load", $"leader --kills {kills}", started,
            string.Create(CultureInfo.InvariantCulture, $"Three gateways over one registry, six nodes, skewed keys. The leader is killed (SIGKILL) and replaced {kills} times while clients ask: {rig.Clients.Served} requests were served, and {rig.Clients.Repeated} were sent to another gateway because theirs was killed while they were under way. The gateways' versions were compared ten times a second: {watch.Agreed} assignments."),
            [
                new FailoverGoal("requests failed", rig.Clients.Failed, 0),
                new FailoverGoal("slowest next plan, s after the kill", slowestPlan, 8),
                new FailoverGoal("assignments that takeovers brought", moved, 0),
                new FailoverGoal("longest time that gateways differed, s", watch.Longest.TotalSeconds, 1),
            ],
            table);
    }
}
