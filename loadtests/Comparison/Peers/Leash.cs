using System.Diagnostics;
using System.Globalization;
using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Peers;

/// <summary>
/// Holds programs that do not end with their standard input: a shell starts the program, waits for its own input to end, and
/// then ends the program by its id. So nothing is left behind even when the comparison is killed.
/// </summary>
internal static class Leash
{
    private const string Script = "\"$@\" & child=$!; echo \"pid $child\"; read -r line; kill \"$child\" 2>/dev/null; wait \"$child\"";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts a program on a core and waits until it answers at the address.</summary>
    public static async Task<RunningPeer> Start(
        IPeer peer, string version, PeerContext context, Uri url, string file, string[] arguments, CancellationToken cancellation)
    {
        ChildProcess process = CpuAffinity.On(
            context.Core, () => ChildProcess.Start(peer.Name, "/bin/sh", ["-c", Script, "leash", file, .. arguments]));
        try
        {
            string pid = await process.WaitForLine(
                line => line.StartsWith("pid ", StringComparison.Ordinal) ? line[4..] : null, StartLimit, cancellation);
            int id = int.Parse(pid, CultureInfo.InvariantCulture);
            await Answering(url, () => ProcessUsage.IsAlive(id) ? null : $"{peer.Name} ended:{Environment.NewLine}{process.LastOutput}", context.Time, cancellation);
            return new RunningPeer(peer, version, url, id, process, allocations: null);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the address answers a request with success.</summary>
    /// <exception cref="TargetException">It did not in time, or the reason that <paramref name="hopeless"/> gives.</exception>
    public static async Task Answering(Uri url, Func<string?> hopeless, TimeProvider time, CancellationToken cancellation)
    {
#pragma warning disable MA0039 // Proxies under test show a certificate of the comparison's own.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
#pragma warning restore MA0039
        using var client = new HttpClient(handler);
        long start = time.GetTimestamp();
        string last = "";
        while (time.GetElapsedTime(start) < StartLimit)
        {
            if (hopeless() is { } reason)
                throw new TargetException(reason);
            try
            {
                using HttpResponseMessage response = await client.GetAsync(url, cancellation);
                if (response.IsSuccessStatusCode)
                    return;
                last = string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}");
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            await Task.Delay(ProbeInterval, time, cancellation);
        }

        throw new TargetException($"{url} served nothing within {StartLimit.TotalSeconds:0} s; last: {last}");
    }

    /// <summary>A program's first line about its version, on either output.</summary>
    public static string VersionOf(string file, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(file, argument)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n')[0].Trim();
    }
}
