using System.CommandLine;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Demo;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary>Where a command's configuration comes from: files, then the environment, then <c>--Section:Key=value</c> arguments.</summary>
internal sealed class ConfigurationArguments
{
    private const string DefaultFile = "hashbalancer.json";

    private readonly Option<string[]> _files = new("--config")
    {
        Description = $"A configuration file; may be repeated, later files win. Default: {DefaultFile} in the working directory, if it is there.",
        HelpName = "file",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Lets a command take configuration.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_files);

        // Keys of the configuration are no options of the command line's parser; Build below takes them.
        command.TreatUnmatchedTokensAsErrors = false;
    }

    /// <summary>The configuration, or what is wrong with the arguments.</summary>
    public (IConfigurationRoot? Root, IReadOnlyList<ConfigurationError> Errors) Build(ParseResult arguments, bool demo = false)
    {
        List<ConfigurationError> errors = [];
        List<string> settings = [];
        foreach (string token in arguments.UnmatchedTokens)
        {
            if (token.StartsWith("--", StringComparison.Ordinal) && token.Contains(':', StringComparison.Ordinal) && token.IndexOf('=', StringComparison.Ordinal) > 0)
                settings.Add(token);
            else
                errors.Add(new(token, $"is not understood.{HintFor(token, arguments)} Configuration is given as --Section:Key=value; --help lists the options."));
        }

        var builder = new ConfigurationBuilder();
        if (demo)
            builder.AddJsonStream(DemoConfiguration.Open());
        string[] files = arguments.GetValue(_files) ?? [];
        foreach (string file in files)
        {
            if (File.Exists(file))
                builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true);
            else
                errors.Add(new("--config", $"names '{file}', which does not exist."));
        }

        if (files.Length == 0 && !demo)
            builder.AddJsonFile(Path.GetFullPath(DefaultFile), optional: true, reloadOnChange: true);
        builder.AddEnvironmentVariables().AddCommandLine([.. settings]);
        if (errors.Count > 0)
            return (null, errors);
        try
        {
            return (builder.Build(), []);
        }
        catch (InvalidDataException error)
        {
            return (null, [new("--config", $"{error.Message} {error.InnerException?.Message}".TrimEnd())]);
        }
    }

    private static string HintFor(string token, ParseResult arguments) =>
        NearestName.Hint(token, token.StartsWith('-')
            ? arguments.CommandResult.Command.Options.Select(option => option.Name)
            : arguments.RootCommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name));
}
