using System.CommandLine;
using System.CommandLine.Invocation;

namespace HashBalancer.Gateway.Cli;

/// <summary>An action that hears signals from its first step on.</summary>
/// <remarks>
/// The library that invokes an action listens for signals only once the action has given way for the first time. One that starts a gateway can do so without
/// ever waiting, and would have told systemd that it serves while nobody heard systemd's SIGTERM.
/// </remarks>
internal sealed class InterruptibleAction(AsynchronousCommandLineAction action) : AsynchronousCommandLineAction
{
    /// <summary>Makes every action of a command and of those below it one that hears signals.</summary>
    public static void Wrap(Command command)
    {
        if (command.Action is AsynchronousCommandLineAction action)
            command.Action = new InterruptibleAction(action);
        foreach (Command below in command.Subcommands)
            Wrap(below);
    }

    public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return await action.InvokeAsync(parseResult, cancellationToken);
    }
}
