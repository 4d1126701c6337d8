using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Documents;

/// <summary>The translations of docs/migration.md are configurations that route as the comments above them say; what they translate is taken by its own
/// program.</summary>
public sealed partial class MigrationTests : IDisposable
{
    private static readonly string Document = File.ReadAllText(Path.Combine(GatewayBuild.Root, "docs", "migration.md"));

    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    public static TheoryData<string> Sections => [.. Section().Matches(Document).Select(section => section.Groups["name"].Value).Where(name => Translation().IsMatch(TextOf(name)))];

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task Translation_AskedAsItSays_RoutesThere(string section)
    {
        Match translation = Translation().Match(TextOf(section));
        string file = Path.Combine(_folder, "hashbalancer.json");
        await File.WriteAllTextAsync(file, translation.Groups["json"].Value);
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", file);
        string[] asks = translation.Groups["asks"].Value.Split(';', StringSplitOptions.TrimEntries);
        List<FickleNode> nodes = [];
        try
        {
            foreach (string service in asks.Select(ask => ask.Split("->")[1].Trim()).Where(to => !char.IsAsciiDigit(to[0])).Distinct(StringComparer.Ordinal))
            {
                // An instance is named as its service, and answers with its name.
                var node = new FickleNode(service);
                nodes.Add(node);
                await node.JoinAsync(gateway, service, [.. translation.Groups["tags"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            }

            foreach (string ask in asks)
                await IsRouted(gateway, ask.Split("->")[0].Trim(), ask.Split("->")[1].Trim());
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("nginx", "-t", "-c")]
    [InlineData("haproxy", "-c", "-f")]
    public async Task Original_OfItsProgram_IsTakenByIt(string program, params string[] arguments)
    {
        Peer.Require(program);
        string file = Path.Combine(_folder, program);
        await File.WriteAllTextAsync(file, Regex.Match(Document, $"^```{program}\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups[1].Value);
        using var process = Process.Start(new ProcessStartInfo(program, [.. arguments, file]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        // nginx tests its configuration and then cannot write where only root may.
        Assert.True(process.ExitCode == 0 || said.Contains("syntax is ok", StringComparison.Ordinal), said);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="gateway">Asked.</param>
    /// <param name="ask"><c>METHOD PATH [NAME: VALUE]</c>.</param>
    /// <param name="to">A service, or the status of the gateway's own answer.</param>
    private static Task IsRouted(RunningGateway gateway, string ask, string to)
    {
        string[] words = ask.Split(' ', 4);
        return Eventually.IsTrue(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Parse(words[0]), new Uri(gateway.Proxy, words[1]));
                if (words.Length > 2)
                    request.Headers.TryAddWithoutValidation(words[2].TrimEnd(':'), words[3]);
                using HttpResponseMessage answer = await gateway.Client.SendAsync(request);
                string body = await answer.Content.ReadAsStringAsync();
                return char.IsAsciiDigit(to[0]) ? FormattableString.Invariant($"{(int)answer.StatusCode}") == to : answer.StatusCode == HttpStatusCode.OK && body.Contains(to, StringComparison.Ordinal);
            },
            $"'{ask}' goes to {to}", TimeSpan.FromSeconds(30));
    }

    private static string TextOf(string section) => Section().Matches(Document).Single(one => one.Groups["name"].Value == section).Groups["text"].Value;

    [GeneratedRegex(@"^## (?<name>[^\n]+)\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Section();

    [GeneratedRegex(@"(<!-- tags: (?<tags>[^\n]*) -->\n)?<!-- ask: (?<asks>[^\n]*) -->\n```json\n(?<json>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Translation();
}
