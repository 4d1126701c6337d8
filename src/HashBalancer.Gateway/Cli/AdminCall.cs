using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary>What commands that ask a running gateway have in common: its address, its token, the form of the answer, and what is said when there is none.</summary>
internal sealed class AdminCall
{
    /// <summary>The environment's variable for the token.</summary>
    public const string TokenVariable = "HASHBALANCER_ADMIN_TOKEN";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Option<string> _admin = new("--admin") { Description = "The admin address of any of the gateways.", DefaultValueFactory = _ => "http://127.0.0.1:8090", HelpName = "url" };
    private readonly Option<string?> _tokenFile = new("--token-file") { Description = $"A file whose first line is the gateway's admin token; else it is taken from {TokenVariable}.", HelpName = "file" };
    private readonly Option<string?> _caFile = new("--ca-file") { Description = "A PEM file of the authorities that sign the admin server's certificate; else the system's count.", HelpName = "file" };
    private readonly Option<string?> _certificateFile = new("--certificate-file") { Description = "A PEM file with the certificate to show and its key.", HelpName = "file" };
    private readonly Option<string> _output = new("--output") { Description = "text, or json for programs.", DefaultValueFactory = _ => "text", HelpName = "form" };

    public AdminCall() => _output.AcceptOnlyFromAmong("text", "json");

    public void AddTo(Command command)
    {
        command.Options.Add(_admin);
        command.Options.Add(_tokenFile);
        command.Options.Add(_caFile);
        command.Options.Add(_certificateFile);
        command.Options.Add(_output);
    }

    /// <summary>Whether the answer is for programs.</summary>
    public bool IsJson(ParseResult arguments) => arguments.GetValue(_output) == "json";

    /// <summary>Sends a request and prints its answer.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, escaped.</param>
    /// <param name="text">The answer's JSON in the form for people.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="body">JSON to send along; null: none.</param>
    /// <returns>The exit code: 1 when the gateway did not do it, 2 when the address is none.</returns>
    public async Task<int> RunAsync(ParseResult arguments, HttpMethod method, string path, Func<string, string> text, CancellationToken stop, string? body = null)
    {
        (HttpClient? client, int fault) = Client(arguments);
        if (client is null)
            return fault;
        using (client)
        {
            return await TryAsync(client, async () =>
            {
                (string answer, bool isDone) = await SendAsync(client, method, path, body, stop);
                if (!isDone)
                    return Say(answer, ExitCode.Failure);
                await Console.Out.WriteLineAsync(IsJson(arguments) ? answer : text(answer));
                return ExitCode.Success;
            }, stop);
        }
    }

    /// <summary>A client of the gateway named on the command line; or the exit code, with the reason said.</summary>
    public (HttpClient? Client, int ExitCode) Client(ParseResult arguments)
    {
        string admin = arguments.GetValue(_admin)!;
        if (!Uri.TryCreate(admin, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            return (null, Say($"--admin: is '{admin}', but must be an address such as http://127.0.0.1:8090.", ExitCode.Usage));
        string? token = Environment.GetEnvironmentVariable(TokenVariable);
        if (arguments.GetValue(_tokenFile) is { } file)
        {
            try
            {
                token = AdminToken.Read(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return (null, Say($"--token-file: is '{file}', which cannot be read: {error.Message}", ExitCode.Usage));
            }
        }

        SocketsHttpHandler handler = new();
        if (AdminCertificates.Use(handler.SslOptions, arguments.GetValue(_caFile), arguments.GetValue(_certificateFile)) is { } unusable)
        {
            handler.Dispose();
            return (null, Say(unusable, ExitCode.Usage));
        }

        var client = new HttpClient(handler) { BaseAddress = address, Timeout = Limit };
        if (!string.IsNullOrEmpty(token))
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (client, ExitCode.Success);
    }

    /// <summary>Sends a request: the answer's body; or, when it was not done, why.</summary>
    public static async Task<(string Answer, bool IsDone)> SendAsync(HttpClient client, HttpMethod method, string path, string? body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.SendAsync(request, stop);
        string said = await answer.Content.ReadAsStringAsync(stop);
        if (answer.StatusCode == HttpStatusCode.OK)
            return (said, true);
        return (answer.Content.Headers.ContentType?.MediaType == AdminProblem.ContentType
            ? JsonSerializer.Deserialize(said, ProblemJson.Default.ProblemReport)!.Detail
            : $"{client.BaseAddress} answered {(int)answer.StatusCode}.", false);
    }

    /// <summary>Does something with a gateway; what keeps it from answering is said.</summary>
    public static async Task<int> TryAsync(HttpClient client, Func<Task<int>> call, CancellationToken stop)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            return Say($"{client.BaseAddress} is no gateway's admin address, or it does not run: {error.Message}", ExitCode.Failure);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Say($"{client.BaseAddress} did not answer within {Limit.TotalSeconds:0} s.", ExitCode.Failure);
        }
    }

    private static int Say(string fault, int exitCode)
    {
        Console.Error.WriteLine($"hashbalancer: {fault}");
        return exitCode;
    }
}
