using System.CommandLine;
using System.Text.Json;
using HashBalancer.Gateway.Admin;
using Spectre.Console;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>top</c>: the nodes of a running gateway, busiest first, anew every second.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        var pool = new Argument<string?>("pool") { Description = "The pool's name; none: all pools.", Arity = ArgumentArity.ZeroOrOne };
        var interval = new Option<double>("--interval") { Description = "Seconds between two looks, 0.2 to 60.", DefaultValueFactory = _ => 1, HelpName = "seconds" };
        interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.2 and <= 60))
                result.AddError("--interval: must be 0.2 to 60.");
        });
        var count = new Option<int>("--count") { Description = "End after so many looks; 0: not before Ctrl-C.", DefaultValueFactory = _ => 0, HelpName = "n" };
        var call = new AdminCall();
        var command = new Command("top", "Show the nodes, busiest first, and follow them: a table on a terminal, else a table or a JSON object for each look.") { pool, interval, count };
        call.AddTo(command);
        command.SetAction(async (arguments, stop) =>
        {
            (HttpClient? client, int fault) = call.Client(arguments);
            if (client is null)
                return fault;
            using (client)
            {
                var looks = new Looks(client, arguments.GetValue(pool), TimeSpan.FromSeconds(arguments.GetValue(interval)), arguments.GetValue(count));
                return await AdminCall.TryAsync(client, () => ShowAsync(looks, call.IsJson(arguments), stop), stop);
            }
        });
        return command;
    }

    private static async Task<int> ShowAsync(Looks looks, bool isJson, CancellationToken stop)
    {
        try
        {
            if (isJson || Console.IsOutputRedirected)
            {
                return await looks.FollowAsync(
                    frame => Console.Out.WriteLine(isJson ? JsonSerializer.Serialize(frame, TopJson.Default.TopFrame) : frame.ToString()), stop);
            }

            return await AnsiConsole.Live(new Text("")).StartAsync(live => looks.FollowAsync(frame => live.UpdateTarget(TopView.Of(frame)), stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }

    /// <summary>Asks again and again.</summary>
    private sealed class Looks(HttpClient client, string? pool, TimeSpan interval, int count)
    {
        public async Task<int> FollowAsync(Action<TopFrame> show, CancellationToken stop)
        {
            TopFrame? before = null;
            for (int i = 1; ; i++)
            {
                (TopFrame? frame, string fault) = await LookAsync(before, stop);
                if (frame is null)
                {
                    await Console.Error.WriteLineAsync($"hashbalancer: {fault}");
                    return ExitCode.Failure;
                }

                show(frame);
                if (i == count)
                    return ExitCode.Success;
                before = frame;
                await Task.Delay(interval, TimeProvider.System, stop);
            }
        }

        private async Task<(TopFrame? Frame, string Fault)> LookAsync(TopFrame? before, CancellationToken stop)
        {
            (string answer, bool isDone) = await AdminCall.SendAsync(client, HttpMethod.Get, AdminPath.Pools, body: null, stop);
            if (!isDone)
                return (null, answer);
            PoolsReport pools = JsonSerializer.Deserialize(answer, PoolJson.Default.PoolsReport)!;
            string[] names = [.. pools.Pools.Select(one => one.Pool.Name).Where(name => pool is null || name.Equals(pool, StringComparison.OrdinalIgnoreCase))];
            if (names.Length == 0 && pool is not null)
                return (null, $"There is no pool '{pool}'.");
            List<NodesReport> nodes = [];
            foreach (string name in names)
            {
                (answer, isDone) = await AdminCall.SendAsync(client, HttpMethod.Get, AdminPath.Nodes(name), body: null, stop);
                if (!isDone)
                    return (null, answer);
                nodes.Add(JsonSerializer.Deserialize(answer, PoolJson.Default.NodesReport)!);
            }

            return (TopFrame.Of(pools, nodes, before, TimeProvider.System.GetUtcNow()), "");
        }
    }
}
