using Spectre.Console;

namespace HashBalancer.LoadTests.Cli;

/// <summary>Makes the console that tables are written to.</summary>
internal static class Consoles
{
    // Where output goes to a file there is no width: wide enough that no table of ours wraps.
    private const int FileWidth = 240;

    public static IAnsiConsole Create(TextWriter output)
    {
        bool toFile = output != Console.Out || Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = toFile ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (toFile)
            console.Profile.Width = FileWidth;
        return console;
    }
}
