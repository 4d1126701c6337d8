using System.CommandLine;
using System.Net;

namespace HashBalancer.Gateway.Cli;

/// <summary>What commands that ask a running gateway have in common: its address, the form of the answer, and what is said when there is none.</summary>
internal sealed class AdminCall
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Option<string> _admin = new("--admin") { Description = "The admin address of any of the gateways.", DefaultValueFactory = _ => "http://127.0.0.1:8090", HelpName = "url" };
    private readonly Option<string> _output = new("--output") { Description = "text, or json for programs.", DefaultValueFactory = _ => "text", HelpName = "form" };

    public AdminCall() => _output.AcceptOnlyFromAmong("text", "json");

    public void AddTo(Command command)
    {
        command.Options.Add(_admin);
        command.Options.Add(_output);
    }

    /// <summary>Sends a request and prints its answer.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="method">GET or POST, without a body.</param>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="text">The answer's JSON in the form for people.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The exit code: 1 when the gateway did not do it, 2 when the address is none.</returns>
    public async Task<int> RunAsync(ParseResult arguments, HttpMethod method, string path, Func<string, string> text, CancellationToken stop)
    {
        string admin = arguments.GetValue(_admin)!;
        if (!Uri.TryCreate(admin, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            return Say($"--admin: is '{admin}', but must be an address such as http://127.0.0.1:8090.", ExitCode.Usage);
        using var client = new HttpClient { Timeout = Limit };
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(address, path));
            using HttpResponseMessage answer = await client.SendAsync(request, stop);
            string body = await answer.Content.ReadAsStringAsync(stop);
            if (answer.StatusCode != HttpStatusCode.OK)
                return Say(body.Trim() is { Length: > 0 } reason ? reason : $"{address} answered {(int)answer.StatusCode}.", ExitCode.Failure);
            await Console.Out.WriteLineAsync(arguments.GetValue(_output) == "json" ? body : text(body));
            return ExitCode.Success;
        }
        catch (Exception error) when (error is HttpRequestException or System.Text.Json.JsonException)
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
