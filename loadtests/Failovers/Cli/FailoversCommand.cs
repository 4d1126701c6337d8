using System.CommandLine;
using System.Globalization;
using HashBalancer.Failovers.Reports;
using HashBalancer.Failovers.Rig;
using HashBalancer.Failovers.Runs;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Failovers.Cli;

/// <summary>The command line.</summary>
internal static class FailoversCommand
{
    public static RootCommand Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var kills = new Option<int>("--kills") { Description = "How often the leader is killed, 1 to 1000", DefaultValueFactory = _ => 20 };
        var minutes = new Option<double>("--minutes") { Description = "How long the registry is away, 0.1 to 600", DefaultValueFactory = _ => 10 };
        var rate = new Option<double>("--rate") { Description = "Requests per second in all, 1 to 1000", DefaultValueFactory = _ => 60, Recursive = true };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write what was found to this directory", Recursive = true };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "HashBalancer's dll; otherwise the one built in this repository", Recursive = true };
        var leader = new Command("leader", "Kills the leader of three gateways under load, again and again") { kills };
        var outage = new Command("outage", "Takes the registry away under load, and gives it back") { minutes };
        leader.SetAction((parsed, stop) => ExitCodes.Guard(error, () => Run(
            parsed, "leader-kills", rig => new LeaderRun(rig, In(parsed.GetValue(kills), 1, 1000, "--kills"), time, output).RunAsync(stop), stop)));
        outage.SetAction((parsed, stop) => ExitCodes.Guard(error, () => Run(
            parsed, "registry-outage", rig => new OutageRun(rig, TimeSpan.FromMinutes(In(parsed.GetValue(minutes), 0.1, 600, "--minutes")), time, output).RunAsync(stop), stop)));
        return new RootCommand("What requests notice of gateways and registries that go away") { leader, outage, rate, report, gateway };

        async Task<int> Run(ParseResult parsed, string name, Func<FailoverRig, Task<FailoverReport>> run, CancellationToken stop)
        {
            await using FailoverRig rig = await FailoverRig.StartAsync(GatewayAssembly.Find(parsed.GetValue(gateway)), In(parsed.GetValue(rate), 1, 1000, "--rate"), time, stop);
            FailoverReport found = await run(rig);
            string text = found.ToMarkdown();
            await output.WriteLineAsync(text);
            if (parsed.GetValue(report) is { } folder)
            {
                folder.Create();
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name + ".md"), text, stop);
            }

            return found.Holds ? ExitCodes.Passed : ExitCodes.Broken;
        }
    }

    private static T In<T>(T value, T least, T most, string option) where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
        ? value
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option}: {value} is not allowed; it must be {least} to {most}"));
}
