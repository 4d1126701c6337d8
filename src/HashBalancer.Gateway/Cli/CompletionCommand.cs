using System.CommandLine;
using System.Globalization;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>completion</c>: scripts by which shells complete this program's commands and options; they ask the program itself.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # hashbalancer: source <(hashbalancer completion bash)
        _hashbalancer() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(hashbalancer "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _hashbalancer hashbalancer
        """;

    private const string Zsh = """
        #compdef hashbalancer
        # hashbalancer: source <(hashbalancer completion zsh)
        _hashbalancer() {
          local -a found
          found=("${(@f)$(hashbalancer "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a found
        }
        compdef _hashbalancer hashbalancer
        """;

    private const string Fish = """
        # hashbalancer: hashbalancer completion fish | source
        complete -c hashbalancer -f -a '(hashbalancer "[suggest:"(commandline -C)"]" (commandline -cp | string collect) 2>/dev/null)'
        """;

    /// <summary>Makes a question of such a script one that the parser answers: it knows the program by its file's name, not by the one that people type.</summary>
    public static string[] Adapt(string[] arguments)
    {
        const string Directive = "[suggest:";
        if (arguments is not [['[', .., ']'] directive, var line] || !directive.StartsWith(Directive, StringComparison.Ordinal)
            || !int.TryParse(directive.AsSpan()[Directive.Length..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int position))
        {
            return arguments;
        }

        int end = line.IndexOf(' ', StringComparison.Ordinal);
        string rest = end < 0 ? "" : line[end..], adapted = RootCommand.ExecutableName + rest;
        position = Math.Max(0, position + adapted.Length - line.Length);
        return [string.Create(CultureInfo.InvariantCulture, $"{Directive}{position}]"), adapted];
    }

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script by which a shell completes commands and options.") { shell };
        command.SetAction(arguments => Console.Out.WriteLine(arguments.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }
}
