using System.Globalization;

namespace HashBalancer.LoadTests.Targets;

/// <summary>The gateway's own demo on free ports: registry, sample nodes and gateway, as processes of their own.</summary>
internal sealed class DemoTarget : ITarget
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstAnswerLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly ChildProcess _demo;

    private DemoTarget(ChildProcess demo, Uri url, int nodes)
    {
        _demo = demo;
        Url = url;
        Description = string.Create(CultureInfo.InvariantCulture, $"the demo with {nodes} nodes at {url}");
    }

    public Uri Url { get; }

    public string Description { get; }

    /// <param name="gateway">The gateway's dll.</param>
    /// <param name="nodes">How many sample nodes to start.</param>
    /// <param name="time">The clock of the waiting between probes.</param>
    /// <param name="cancellation">Gives up and ends what was started.</param>
    /// <exception cref="TargetException">It did not come up.</exception>
    public static async Task<DemoTarget> Start(string gateway, int nodes, TimeProvider time, CancellationToken cancellation)
    {
        ChildProcess demo = ChildProcess.Start("the demo", "dotnet",
        [
            gateway, "demo", "--nodes", nodes.ToString(CultureInfo.InvariantCulture), "--until-stdin-closes",
            "--HashBalancer:Proxy:Listen=127.0.0.1:0", "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0",
        ]);
        try
        {
            Uri url = await demo.WaitForLine(line => AddressIn(line, "proxy"), StartLimit, cancellation);
            await FirstAnswer(url, time, cancellation);
            return new DemoTarget(demo, url, nodes);
        }
        catch
        {
            await demo.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _demo.DisposeAsync();

    /// <summary>The address in a line such as <c>proxy     http://127.0.0.1:40123</c>, a remark after it or not; else null.</summary>
    public static Uri? AddressIn(string line, string name)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2 && words[0] == name && Uri.TryCreate(words[1], UriKind.Absolute, out Uri? url) ? url : null;
    }

    private static async Task FirstAnswer(Uri url, TimeProvider time, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        long start = time.GetTimestamp();
        string last = "";
        while (time.GetElapsedTime(start) < FirstAnswerLimit)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(url, cancellation);
                if (response.IsSuccessStatusCode)
                    return;
                last = $"status {(int)response.StatusCode}";
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            await Task.Delay(ProbeInterval, time, cancellation);
        }

        throw new TargetException($"the demo at {url} served nothing within {FirstAnswerLimit.TotalSeconds:0} s; last: {last}");
    }
}
