using System.CommandLine;
using System.Net;
using System.Text.Json;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>nodes drain</c> and <c>nodes undrain</c>: asks a running gateway, by its admin API, which tells all others.</summary>
internal static class NodesCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Command Create() => new("nodes", "Take nodes out of service, and back.")
    {
        Create("drain", "Take a node out of the rings of all gateways that share a registry: it gets no new keys, and what it has in flight finishes."),
        Create("undrain", "Give a node that was drained its keys back."),
    };

    private static Command Create(string name, string description)
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var node = new Argument<string>("node") { Description = "The node's ServiceID." };
        var admin = new Option<string>("--admin") { Description = "The admin address of any of the gateways.", DefaultValueFactory = _ => "http://127.0.0.1:8090", HelpName = "url" };
        var output = new Option<string>("--output") { Description = "text, or json for programs.", DefaultValueFactory = _ => "text", HelpName = "form" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command(name, description) { pool, node, admin, output };
        command.SetAction((arguments, stop) => RunAsync(
            name, arguments.GetValue(pool)!, arguments.GetValue(node)!, arguments.GetValue(admin)!, arguments.GetValue(output) == "json", stop));
        return command;
    }

    private static async Task<int> RunAsync(string command, string pool, string node, string admin, bool json, CancellationToken stop)
    {
        if (!Uri.TryCreate(admin, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            return Say($"--admin: is '{admin}', but must be an address such as http://127.0.0.1:8090.", ExitCode.Usage);
        using var client = new HttpClient { Timeout = Limit };
        try
        {
            var asked = new Uri(address, $"/api/v1/pools/{Uri.EscapeDataString(pool)}/nodes/{Uri.EscapeDataString(node)}/{command}");
            using HttpResponseMessage answer = await client.PostAsync(asked, content: null, stop);
            string body = await answer.Content.ReadAsStringAsync(stop);
            if (answer.StatusCode != HttpStatusCode.OK)
                return Say(body.Trim() is { Length: > 0 } reason ? reason : $"{address} answered {(int)answer.StatusCode}.", ExitCode.Failure);
            NodeReport report = JsonSerializer.Deserialize(body, NodeReportJson.Default.NodeReport)!;
            await Console.Out.WriteLineAsync(json ? body : $"{report.Pool}  {report.Node}  {report.State}");
            return ExitCode.Success;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            return Say($"{address} is no gateway's admin address, or it does not run: {error.Message}", ExitCode.Failure);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Say($"{address} did not answer within {Limit.TotalSeconds:0} s.", ExitCode.Failure);
        }
    }

    private static int Say(string fault, int exitCode)
    {
        Console.Error.WriteLine($"hashbalancer: {fault}");
        return exitCode;
    }
}
