using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A newcomer's first five minutes, against the real executable.</summary>
public sealed class DemoTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Demo_SameUser_IsAnsweredByOneNode()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        long printed = Stopwatch.GetTimestamp();
        string first = await gateway.NodeOf("alice");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first answer {Stopwatch.GetElapsedTime(printed).TotalSeconds:0.00} s after the addresses"));
        for (int i = 0; i < 100; i++)
            Assert.Equal(first, await gateway.NodeOf("alice"));
    }

    [Fact]
    public async Task Demo_NoUserHeader_IsKeyedByClient()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        HashSet<string> answers = [];
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage response = await gateway.Get("/");
            answers.Add(Regex.Match(await response.Content.ReadAsStringAsync(), "\"node\":\"([^\"]+)\"").Groups[1].Value);
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task Demo_CtrlC_LeavesNoProcessBehind()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        int[] samples = ProcessTable.ChildrenOf(gateway.Process.Id);
        Assert.Equal(3, samples.Length);
        gateway.Process.Interrupt();
        Assert.Equal(0, await gateway.Process.Exit());
        Assert.All(samples, pid => Assert.False(ProcessTable.IsRunning(pid), $"Sample process {pid} is still there."));
    }

    [Fact]
    public async Task Demo_Killed_LeavesNoProcessBehind()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        int[] samples = ProcessTable.ChildrenOf(gateway.Process.Id);
        gateway.Process.Kill();
        await Eventually.IsTrue(() => !samples.Any(ProcessTable.IsRunning), "the end of the sample processes");
    }

    [Fact]
    public async Task Metrics_AfterRequests_CountThem()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        for (int i = 0; i < 50; i++)
            await gateway.NodeOf($"user-{i}");
        string metrics = await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"));
        IEnumerable<int> counts = Regex.Matches(metrics, @"^hashbalancer_requests_total\{[^}]*code=""2xx""[^}]*\} (\d+)$", RegexOptions.Multiline)
            .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(50, counts.Sum());
    }

    [Fact]
    public async Task Health_RunningDemo_IsReady()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        Assert.Equal(HttpStatusCode.OK, (await gateway.Client.GetAsync(new Uri(gateway.Admin, "/healthz"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"))).StatusCode);
    }
}
