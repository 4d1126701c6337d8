using HashBalancer.LoadTests.Reports;
using HashBalancer.Simulation.Fleet;

namespace HashBalancer.Simulation.Studies;

/// <summary>A key that nobody asked for takes a fifth of all requests within a second, for half a minute.</summary>
internal sealed class FlashStudy : IStudy
{
    public string Name => "flash";

    public void Run(Findings findings, double effort)
    {
        var table = new MarkdownTable("nodes", "shared after s", "max/mean in the first 5 s", "max/mean after 5 s", "home after its end s", "times shared", "times home", "p99 ms before", "p99 ms at first", "p99 ms after 5 s");
        foreach (int size in new[] { 10, 50 })
        {
            Flash flash = Flash.Simulate(new FleetPlan { Nodes = size }, load: 0.6, exponent: 1.0);
            table.Add(
                $"{size}", $"{flash.SharedAfter.TotalSeconds:0.00}", $"{flash.First.MaxOverMean:0.00}", $"{flash.WorstLater:0.00}", $"{flash.HomeAfter.TotalSeconds:0.00}", $"{flash.TimesShared}", $"{flash.TimesHome}",
                $"{flash.Before.Latency(0.99):0.0}", $"{flash.First.Latency(0.99):0.0}", $"{flash.Later.Max(run => run.Latency(0.99)):0.0}");
            findings.Greatest("flash.shared-after-s", flash.SharedAfter.TotalSeconds);
            findings.Greatest("flash.max-over-mean", flash.WorstLater);
            findings.Greatest("flash.home-after-s", flash.HomeAfter.TotalSeconds);
            findings.Greatest("flash.changes", Math.Max(flash.TimesShared, flash.TimesHome));
        }

        findings.Add("Flash key, 60 % load, Zipf 1.0", "One key goes from none to 20 % of all requests in 1 s, stays there for 30 s and is gone within 1 s. Utilisation is taken over windows of 5 s, the worst of them told.", table);
    }
}
