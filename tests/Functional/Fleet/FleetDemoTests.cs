using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Fleet;

/// <summary>The demo of a fleet: eight agents, three pools, two gateways, and a load that moves.</summary>
public sealed partial class FleetDemoTests(ITestOutputHelper output)
{
    /// <summary>Eleven processes of .NET start before the first request, as many again later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>What the demo says once the pools have what the library answers for the load that moved.</summary>
    private const string Followed = "nodes: a 2, b 2, c 4, as the library divides for that load, after ";

    [Fact]
    public async Task Demo_LoadMoves_NodesFollowAsTheLibraryDividesAndNoRequestFails()
    {
        await using ChildProcess demo = ChildProcess.StartGateway(
            "demo", "--fleet", "--shift-after", "1", "--shifts", "1", "--until-stdin-closes", "--HashBalancer:Proxy:Listen=127.0.0.1:0", "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        await Eventually.IsTrue(() => demo.HasExited || demo.FindAfter(Followed) is not null, "the nodes have followed the load", Patience);
        Assert.False(demo.HasExited, demo.Output + demo.Errors);
        output.WriteLine(string.Join('\n', demo.Output.Split('\n').Where(line => line.StartsWith("clients: ", StringComparison.Ordinal) || line.StartsWith("nodes: ", StringComparison.Ordinal))));
        Uri admin = new(demo.FindAfter("admin ")!), other = new(demo.FindAfter("gateway-2 admin ")!);

        // Both gateways have the rings of one epoch.
        await Eventually.IsTrue(async () =>
        {
            JsonElement now = (await FleetStates.Of(client, admin))!.Value;
            double epoch = now.GetProperty("epoch").GetDouble();
            return await Value(client, admin, "hashbalancer_allocation_epoch") == epoch && await Value(client, other, "hashbalancer_allocation_epoch") == epoch
                && await AreAsDue(client, admin, now) && await AreAsDue(client, other, now);
        }, "the rings of both gateways are those of the published epoch", Patience);

        // What the library answers for the demand that was measured is what the pools have, and every epoch comes out again.
        JsonElement tried = await client.GetFromJsonAsync<JsonElement>(new Uri(admin, "/api/v1/allocation/what-if"));
        Assert.Equal("a=2 b=2 c=4", string.Join(" ", tried.GetProperty("pools").EnumerateArray().Select(pool => $"{pool.GetProperty("pool").GetString()}={pool.GetProperty("nodes").GetInt32()}")));
        Assert.False((await client.GetFromJsonAsync<JsonElement>(new Uri(admin, "/api/v1/allocation/controls"))).GetProperty("frozen").GetBoolean());
        foreach (long epoch in (await client.GetFromJsonAsync<long[]>(new Uri(admin, "/api/v1/allocation/epochs")))!)
        {
            JsonElement replay = await client.GetFromJsonAsync<JsonElement>(new Uri(admin, string.Create(CultureInfo.InvariantCulture, $"/api/v1/allocation/epochs/{epoch}/replay")));
            Assert.True(replay.GetProperty("isSame").GetBoolean(), $"Epoch {epoch} comes out otherwise.");
        }

        int[] children = ProcessTable.ChildrenOf(demo.Id);
        int[] workloads = [.. children.SelectMany(ProcessTable.ChildrenOf)];
        Assert.True(children.Length >= 9 && workloads.Length >= 8, $"{children.Length} children, {workloads.Length} grandchildren");
        demo.Interrupt();
        Assert.Equal(0, await demo.Exit());
        Match requests = Requests().Match(demo.Output);
        output.WriteLine(requests.Value);
        Assert.True(requests.Success && requests.Groups[2].Value == "0", requests.Value);
        Assert.True(int.Parse(requests.Groups[1].Value, CultureInfo.InvariantCulture) > 500);
        await Eventually.IsTrue(() => !workloads.Concat(children).Any(ProcessTable.IsRunning), "the end of all processes");
    }

    private static async Task<bool> AreAsDue(HttpClient client, Uri admin, JsonElement state)
    {
        foreach (string pool in (string[])["a", "b", "c"])
        {
            if (!(await FleetStates.Ring(client, admin, pool)).SequenceEqual(FleetStates.Due(state, pool)))
                return false;
        }

        return true;
    }

    private static async Task<double> Value(HttpClient client, Uri admin, string metric)
    {
        string text = await client.GetStringAsync(new Uri(admin, "/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(metric + " ", StringComparison.Ordinal)).Select(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).FirstOrDefault(-1);
    }

    [GeneratedRegex(@"^(\d+) requests, (\d+) failed.*$", RegexOptions.Multiline)]
    private static partial Regex Requests();
}
